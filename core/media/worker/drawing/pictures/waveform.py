"""A waveform poster: the rhythm of the words as bars of sound, along a line or around a circle.

Each word is a burst as long as it has letters, a pause follows it, a longer one at a comma or full stop.
No sound was measured.
"""

from __future__ import annotations

import math
import random
from typing import Any

from core.media.colours import Colour, mix, to_oklch
from core.media.worker.drawing.fonts import SERIF
from core.media.worker.drawing.pictures.card import softer
from core.media.worker.drawing.shapes import round_box
from core.media.worker.drawing.sheet import Sheet
from core.media.worker.drawing.text import Type, draw_block, set_block

QUIET = 0.035
TITLE = Type(SERIF, 500, 1.25)
SILENCE = "la li lo lu"


def draw(sheet: Sheet) -> Any:
    rng = sheet.random("waveform")
    around = sheet.hints.get("layout") == "ring" or ("layout" not in sheet.hints and rng.random() < 0.4)
    return ring(sheet, rng) if around else line(sheet, rng)


def rhythm(text: str, count: int, rng: random.Random) -> list[float]:
    """So many levels from 0 to 1, the text from its first word to its last."""
    levels: list[float] = []
    for word in (text or SILENCE).split():
        stress = rng.uniform(0.55, 1.0)
        for at, character in enumerate(word):
            swell = math.sin(math.pi * (at + 0.7) / (len(word) + 0.4))
            vowel = 1.0 if character.lower() in "aeiouyаеёиоуыэюя" else 0.62
            levels += [stress * swell * vowel * rng.uniform(0.6, 1.0) for _ in range(3)]
        levels += [QUIET] * (7 if word[-1] in ".!?;:,。、！？，" else 3)
    return [level(levels, number, count) for number in range(count)]


def level(levels: list[float], number: int, count: int) -> float:
    """The greatest of those that fall on one bar, or one between two where there are few."""
    start, end = number * len(levels) / count, (number + 1) * len(levels) / count
    if end - start >= 1:
        return max(levels[int(start) : max(int(end), int(start) + 1)])
    first, second = levels[int(start)], levels[min(int(start) + 1, len(levels) - 1)]
    return max(QUIET, first + (second - first) * (start - int(start)))


def colour_at(sheet: Sheet, share: float) -> Colour:
    """The accents that are seen on the ground, one into the next."""
    ground = to_oklch(sheet.palette.ground)[0]
    seen = [colour for colour in sheet.palette.accents if abs(to_oklch(colour)[0] - ground) > 0.14]
    colours = seen if len(seen) > 1 else list(sheet.palette.accents)
    at = min(max(share, 0.0), 0.999) * (len(colours) - 1)
    return mix(colours[int(at)], colours[int(at) + 1], at - int(at))


def line(sheet: Sheet, rng: random.Random) -> Any:
    wide, high = sheet.box
    margin, step = 84.0, 13.6
    count = int((wide - 2 * margin) / step)
    levels = rhythm(sheet.text, count, rng)
    middle, reach = high * (0.44 if sheet.text else 0.5), min(high * 0.3, 330)

    def paint(pen: Any, k: float) -> None:
        for number, loud in enumerate(levels):
            x, half = margin + step * (number + 0.5), max(loud * reach, 4.2)
            fill = filled(sheet, colour_at(sheet, number / count))
            box = [(x - 4.3) * k, (middle - half) * k, (x + 4.3) * k, (middle + half) * k]
            round_box(pen, box, 4.2 * k, fill=fill)

    image = sheet.plate(paint)
    words(image, sheet, (margin, wide - 2 * margin), "left")
    return image


def ring(sheet: Sheet, rng: random.Random) -> Any:
    wide, high = sheet.box
    count = 150
    levels = rhythm(sheet.text, count, rng)
    x, y = wide / 2, high * (0.43 if sheet.text else 0.5)
    inner, reach = 150.0, 195.0

    def paint(pen: Any, k: float) -> None:
        for number, loud in enumerate(levels):
            angle = math.tau * number / count - math.pi / 2
            near, far = inner - loud * 40, inner + max(loud * reach, 4.0)
            fill = filled(sheet, colour_at(sheet, abs(2 * number / count - 1)))
            ends = [((x + r * math.cos(angle)) * k, (y + r * math.sin(angle)) * k) for r in (near, far)]
            pen.line(ends, fill=fill, width=max(1, round(6.4 * k)))
            for left, top in ends:
                pen.ellipse([left - 3.2 * k, top - 3.2 * k, left + 3.2 * k, top + 3.2 * k], fill=fill)

    image = sheet.plate(paint)
    words(image, sheet, (wide / 2, wide - 240), "centre")
    return image


def filled(sheet: Sheet, colour: Colour) -> Any:
    return (*colour, 255) if sheet.transparent else colour


def words(image: Any, sheet: Sheet, column: tuple[float, float], align: str) -> None:
    """The text below the bars."""
    if not sheet.text:
        return
    _, high = sheet.box
    block = set_block(sheet.text, TITLE, (column[1], high * 0.14), (19, 52))
    sheet.cuts.append(block.cut)
    top = high - 84 - block.height
    draw_block(
        image, block, (column[0], top), sheet.unit, softer(sheet.palette.ink, sheet.palette.ground), align
    )
