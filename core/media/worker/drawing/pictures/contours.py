"""Sheets of paper cut along the contour lines of hills, each with its shadow on the one below."""

from __future__ import annotations

from typing import Any

import numpy

from core.media.colours import Colour, mix, to_oklch
from core.media.worker.drawing.light import grain, mask_of, noise
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.sheet import Sheet, lay
from core.media.worker.libraries import pillow

LEVELS = 9


def draw(sheet: Sheet) -> Any:
    colours = steps(sheet)
    hills = noise(sheet, "hills", 2.1, 3, 0.42)
    image = sheet.ground(colours[0])
    slope = numpy.hypot(*numpy.gradient(hills)) + 1e-6
    for number in range(1, LEVELS):
        level = 0.12 + 0.76 * number / LEVELS
        field = numpy.clip((hills - level) / slope + 0.5, 0, 1).astype(numpy.float32)
        mask = mask_of(field)
        lay(image, (10, 8, 20), shadow(mask, sheet), 0.34)
        lay(image, colours[number], mask)
    return grain(caption(image, sheet), sheet, 2.5)


def steps(sheet: Sheet) -> list[Colour]:
    """A colour for each level, from the dark to the light or the other way round."""
    order = sorted(sheet.palette.accents, key=lambda colour: to_oklch(colour)[0])
    stops = [order[0], *order[1:], sheet.palette.ground if not sheet.palette.is_dark else order[-1]]
    if sheet.random("order").random() < 0.4:
        stops.reverse()
    found = []
    for number in range(LEVELS):
        at = number / (LEVELS - 1) * (len(stops) - 1)
        first = min(int(at), len(stops) - 2)
        found.append(mix(stops[first], stops[first + 1], at - first))
    return found


def shadow(mask: Any, sheet: Sheet) -> Any:
    """The mask, blurred and moved to the lower right."""
    away = max(1, round(6 * sheet.unit))
    moved = pillow("ImageChops").offset(mask, away, round(away * 1.4))
    return moved.filter(pillow("ImageFilter").GaussianBlur(9 * sheet.unit))
