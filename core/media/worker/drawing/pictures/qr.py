"""A QR poster: a text or an address as a QR code, dark on light and with its quiet zone, so that it scans."""

from __future__ import annotations

from typing import Any

from core.media.colours import Colour, contrast, mix, shift, to_oklch
from core.media.palettes import Palette
from core.media.worker.drawing.fonts import SANS, SERIF
from core.media.worker.drawing.shapes import round_box, round_rectangle
from core.media.worker.drawing.sheet import Sheet, lay
from core.media.worker.drawing.text import Type, draw_block, set_block
from core.media.worker.libraries import require
from core.media.worker.output import JobError

QUIET = 4
"""Modules of empty space around the code that readers need (ISO/IEC 18004)."""

FINDER = 7
SCANNED = 7.0
"""The least contrast of the code; phones read less, cheap scanners do not."""

TITLE, ADDRESS = Type(SERIF, 600, 1.15), Type(SANS, 480, 1.35)


def matrix(text: str) -> list[list[bool]]:
    """The modules, dark ones true. Raises `JobError` for what no code can hold, and without segno."""
    segno = require("segno", "segno")
    try:
        code = segno.make(text, micro=False, error="m")
    except ValueError:
        raise JobError(
            "invalid", "This text is too long for a QR code: about 2,300 bytes fit.", "prompt"
        ) from None
    return [[bool(module) for module in row] for row in code.matrix]


def draw(sheet: Sheet) -> Any:
    modules = matrix(sheet.hints["content"])
    wide, high = sheet.box
    dark, paper, ground = tones(sheet.palette)
    image = sheet.ground(ground)
    side = min(wide - 200, high - (330 if sheet.text or sheet.title else 200), 760)
    left = (wide - side) / 2
    top = (high - side) / 2 - (66 if sheet.text or sheet.title else 0)
    if not sheet.transparent:
        lay(image, paper, sheet.stencil(round_rectangle((left, top, left + side, top + side), 40)))
    lay(image, dark, sheet.stencil(lambda pen, k: code(pen, k, modules, left, top, side)))
    words(image, sheet, top + side + 62, ground)
    return image


def tones(palette: Palette) -> tuple[Colour, Colour, Colour]:
    """The colours of the code, of the plaque below it and of the ground."""
    paper = mix(palette.ink if palette.is_dark else palette.ground, (255, 255, 255), 0.7)
    colours = sorted(palette.all, key=lambda colour: -to_oklch(colour)[1])
    dark = next((colour for colour in colours if contrast(colour, paper) >= SCANNED), None)
    if dark is None:
        dark = shift(palette.ground if palette.is_dark else palette.ink, light=-0.05)
    return dark, paper, palette.ground if palette.is_dark else mix(palette.ground, palette.accents[0], 0.45)


def code(pen: Any, k: float, modules: list[list[bool]], left: float, top: float, side: float) -> None:
    """Modules that grow together where they touch, and finders with round corners."""
    count = len(modules)
    step = side / (count + 2 * QUIET)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark and not in_finder(row, column, count):
                module(
                    pen,
                    k,
                    modules,
                    (row, column),
                    (left + step * (column + QUIET), top + step * (row + QUIET), step),
                )
    for row, column in ((0, 0), (0, count - FINDER), (count - FINDER, 0)):
        finder(pen, k, left + step * (column + QUIET), top + step * (row + QUIET), step)


def in_finder(row: int, column: int, count: int) -> bool:
    near, far = FINDER, count - FINDER
    return (row < near and (column < near or column >= far)) or (row >= far and column < near)


def module(
    pen: Any, k: float, modules: list[list[bool]], at: tuple[int, int], place: tuple[float, float, float]
) -> None:
    """One module; a corner is round where both its neighbours there are light."""
    (row, column), (x, y, step) = at, place

    def dark(down: int, across: int) -> bool:
        line = modules[row + down] if 0 <= row + down < len(modules) else []
        return 0 <= column + across < len(line) and line[column + across]

    up, right, below, left = dark(-1, 0), dark(0, 1), dark(1, 0), dark(0, -1)
    corners = (not (up or left), not (up or right), not (below or right), not (below or left))
    box = [x * k, y * k, (x + step) * k, (y + step) * k]
    round_box(pen, box, step * k * 0.44, fill=255, corners=corners)


def finder(pen: Any, k: float, x: float, y: float, step: float) -> None:
    for inset, fill in ((0, 255), (1, 0), (2, 255)):
        box = [
            (x + inset * step) * k,
            (y + inset * step) * k,
            (x + (7 - inset) * step) * k,
            (y + (7 - inset) * step) * k,
        ]
        round_box(pen, box, step * k * (1.6, 1.1, 0.9)[inset], fill=fill)


def words(image: Any, sheet: Sheet, top: float, ground: Colour) -> None:
    """The title, or the content where that is short, below the code."""
    wide, high = sheet.box
    shown, style, sizes = (
        (sheet.title, TITLE, (24.0, 60.0)) if sheet.title else (sheet.text, ADDRESS, (17.0, 30.0))
    )
    if not shown:
        return
    ink = sheet.palette.ink
    block = set_block(shown, style, (wide - 220, max(high - top - 60, 60)), sizes)
    sheet.cuts.append(block.cut)
    draw_block(
        image, block, (wide / 2, top), sheet.unit, ink if contrast(ink, ground) > 4.5 else (0, 0, 0), "centre"
    )
