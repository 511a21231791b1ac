"""Leaded glass: cells around points, each in its own shade."""

from __future__ import annotations

import math
from typing import Any

import numpy

from core.media.colours import Colour, mix, shift
from core.media.worker.drawing.light import ROWS, Field, grain, noise, places
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.shapes import Point
from core.media.worker.drawing.sheet import Sheet
from core.media.worker.libraries import pillow

CELLS = 85.0
LEAD = 4.2
"""Cells on a square sheet; half the width of the lead, in units."""


def draw(sheet: Sheet) -> Any:
    points = spread(sheet)
    shades = numpy.array(cell_colours(sheet, points), dtype=numpy.float32)
    lead = numpy.array(
        sheet.palette.ground if sheet.palette.is_dark else sheet.palette.ink, dtype=numpy.float32
    )
    wide, high = sheet.pixels
    image = numpy.zeros((high, wide, 4), dtype=numpy.uint8)
    sheen = noise(sheet, "sheen", 9, 4)
    for top in range(0, high, ROWS):
        rows = slice(top, min(top + ROWS, high))
        nearest, distance, second = cells(sheet, points, rows.start, rows.stop)
        edge = (second - distance) / 2
        glass = numpy.clip((edge - LEAD) * sheet.unit + 0.5, 0, 1)
        light = 0.86 + 0.22 * numpy.clip(edge / 60, 0, 1) + 0.14 * (sheen[rows] - 0.5)
        colour = shades[nearest] * light[..., None]
        mixed = colour * glass[..., None] + lead * (1 - glass[..., None])
        image[rows, :, :3] = numpy.clip(mixed + 0.5, 0, 255)
        image[rows, :, 3] = numpy.clip(glass * 255 + 0.5, 0, 255) if sheet.transparent else 255
    picture = pillow().fromarray(image, "RGBA")
    picture = picture if sheet.transparent else picture.convert("RGB")
    return grain(caption(picture, sheet), sheet, 2.0)


def spread(sheet: Sheet) -> list[Point]:
    """Points at even distances: each is the farthest of some from those before it."""
    rng = sheet.random("points")
    wide, high = sheet.box
    points: list[Point] = []
    for _ in range(int(CELLS * wide * high / 1_000_000)):
        tries = [(rng.uniform(-40, wide + 40), rng.uniform(-40, high + 40)) for _ in range(9)]
        points.append(
            max(tries, key=lambda place: min((math.dist(place, other) for other in points), default=0))
        )
    return points


def cell_colours(sheet: Sheet, points: list[Point]) -> list[Colour]:
    """Colours that change across the sheet, with chance."""
    rng = sheet.random("cells")
    wide, high = sheet.box
    angle = rng.uniform(0, math.tau)
    accents = sheet.palette.accents
    found = []
    for x, y in points:
        along = 0.5 + ((x / wide - 0.5) * math.cos(angle) + (y / high - 0.5) * math.sin(angle)) / 1.3
        at = min(max(along + rng.gauss(0, 0.14), 0.0), 0.999) * (len(accents) - 1)
        colour = mix(accents[int(at)], accents[int(at) + 1], at - int(at))
        found.append(shift(colour, light=rng.gauss(0.02, 0.045)))
    return found


def cells(sheet: Sheet, points: list[Point], first: int, last: int) -> tuple[Any, Field, Field]:
    """For the pixels of some rows: the number of the nearest point, its distance, that of the second one."""
    x, y = places(sheet, first, last)
    shape = (y.shape[0], x.shape[1])
    nearest = numpy.zeros(shape, dtype=numpy.int32)
    distance = numpy.full(shape, numpy.inf, dtype=numpy.float32)
    second = numpy.full(shape, numpy.inf, dtype=numpy.float32)
    for number, (left, top) in enumerate(points):
        away = numpy.sqrt((x - left) ** 2 + (y - top) ** 2)
        closer = away < distance
        second = numpy.where(closer, distance, numpy.minimum(second, away))
        distance = numpy.where(closer, away, distance)
        nearest[closer] = number
    return nearest, distance, second
