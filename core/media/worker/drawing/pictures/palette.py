"""A palette poster: the colours of a mood or of the prompt, named by their codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.media.colours import Colour, mix, to_hex, to_oklch
from core.media.palettes import readable
from core.media.worker.drawing.fonts import SANS, SERIF
from core.media.worker.drawing.shapes import rectangle, round_rectangle
from core.media.worker.drawing.sheet import Sheet, lay
from core.media.worker.drawing.text import Type, draw_block, draw_spaced, set_block

MARGIN = 70.0
CODE = Type(SANS, 550)
TITLE = Type(SERIF, 600, 1.1)


def draw(sheet: Sheet) -> Any:
    layout = list(LAYOUTS)[sheet.random("layout").randrange(len(LAYOUTS))]
    return LAYOUTS[sheet.hints.get("layout") or layout](sheet)


def swatches(sheet: Sheet) -> list[Colour]:
    """The colours shown, from light to dark, all of a given list in its order."""
    given = sheet.hints.get("given", 0)
    if given > 1:
        return list(sheet.palette.accents[:given])
    return sorted(dict.fromkeys(sheet.palette.all), key=lambda colour: -to_oklch(colour)[0])


def title(image: Any, sheet: Sheet, place: tuple[float, float], room: float, ink: Colour) -> None:
    if sheet.text:
        block = set_block(sheet.text, TITLE, (room, 92), (24, 76))
        sheet.cuts.append(block.cut)
        draw_block(image, block, (place[0], place[1] - block.height), sheet.unit, ink)


def code(
    image: Any, sheet: Sheet, colour: Colour, place: tuple[float, float], size: float, ink: Colour, align: str
) -> None:
    x, y = place[0] * sheet.unit, place[1] * sheet.unit
    draw_spaced(image, to_hex(colour).upper(), (x, y), size * sheet.unit, CODE, ink, align)


def columns(sheet: Sheet) -> Any:
    """Tall fields side by side on paper, codes below them, the name at the foot."""
    wide, high = sheet.box
    image = sheet.ground()
    colours = [colour for colour in swatches(sheet) if colour != sheet.palette.ground]
    foot = high - MARGIN - (150 if sheet.text else 30)
    room = wide - 2 * MARGIN
    each = room / len(colours)
    for number, colour in enumerate(colours):
        left, right = MARGIN + each * number, MARGIN + each * (number + 1)
        drop = 0 if number % 2 else 34
        mask = sheet.stencil(rectangle(left, MARGIN + 34 - drop, right, foot - drop))
        lay(image, colour, mask)
        size = min(17.5, each / 6.6)
        code(image, sheet, colour, ((left + right) / 2, foot - drop - 26), size, on(colour), "centre")
    title(image, sheet, (MARGIN, high - MARGIN), room, sheet.palette.ink)
    return image


def bands(sheet: Sheet) -> Any:
    """Bands across the whole sheet, each higher than the one above, the name on the last."""
    wide, high = sheet.box
    image, colours = sheet.ground(), swatches(sheet)
    weights = [1.0 + 0.22 * number for number in range(len(colours))]
    weights[-1] += 1.1 if sheet.text else 0
    top = 0.0
    for colour, weight in zip(colours, weights, strict=True):
        bottom = top + high * weight / sum(weights)
        lay(image, colour, sheet.stencil(rectangle(0, top, wide, bottom)))
        code(image, sheet, colour, (wide - MARGIN, top + 52), 19, on(colour), "right")
        top = bottom
    title(image, sheet, (MARGIN, high - MARGIN), wide - 2 * MARGIN, on(colours[-1]))
    return image


def chips(sheet: Sheet) -> Any:
    """Round-cornered chips in a grid, as a painter's card."""
    wide, high = sheet.box
    image, colours = sheet.ground(), swatches(sheet)
    across = 2 if high > wide * 1.3 else 3
    across = min(across if wide <= high * 1.6 else 6, len(colours))
    across = 2 if len(colours) == 4 and across == 3 else across
    rows = -(-len(colours) // across)
    gap, foot = 26.0, high - MARGIN - (140 if sheet.text else 0)
    side, tall = (wide - 2 * MARGIN - gap * (across - 1)) / across, (foot - MARGIN - gap * (rows - 1)) / rows
    for number, colour in enumerate(colours):
        left, top = MARGIN + (side + gap) * (number % across), MARGIN + (tall + gap) * (number // across)
        box = (left, top, left + side, top + tall)
        mask = sheet.stencil(round_rectangle(box, 26))
        lay(image, colour, mask)
        if abs(to_oklch(colour)[0] - to_oklch(sheet.palette.ground)[0]) < 0.05:
            edge = sheet.stencil(round_rectangle(box, 26, 1.6))
            lay(image, mix(sheet.palette.ink, sheet.palette.ground, 0.75), edge)
        code(image, sheet, colour, (left + 28, top + tall - 30), 18, on(colour), "left")
    title(image, sheet, (MARGIN, high - MARGIN), wide - 2 * MARGIN, sheet.palette.ink)
    return image


def on(colour: Colour) -> Colour:
    """The ink of a code on its own colour."""
    light, _, _ = to_oklch(colour)
    return readable(mix(colour, (0, 0, 0) if light > 0.62 else (255, 255, 255), 0.72), colour)


LAYOUTS: Mapping[str, Callable[[Sheet], Any]] = {"columns": columns, "bands": bands, "chips": chips}
