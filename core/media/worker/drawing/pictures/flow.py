"""Lines that follow a field of flow, at even distances from each other."""

from __future__ import annotations

import math
from typing import Any

import numpy

from core.media.colours import mix
from core.media.worker.drawing.light import Field, lattice
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.shapes import Point, scaled
from core.media.worker.drawing.sheet import Sheet

APART, STEP = 11.0, 4.5
"""Units between two lines, and from point to point of one."""

LONGEST, SHORTEST = 150, 9
"""Points of a line."""

GRID = 96


def draw(sheet: Sheet) -> Any:
    wide, high = sheet.box
    lines = trace(sheet)
    rng = sheet.random("colours")
    accents = sheet.palette.accents
    angle = rng.uniform(0, math.tau)

    def paint(pen: Any, k: float) -> None:
        for line in lines:
            x, y = line[len(line) // 2]
            along = 0.5 + ((x / wide - 0.5) * math.cos(angle) + (y / high - 0.5) * math.sin(angle)) / 1.25
            at = min(max(along + rng.gauss(0, 0.09), 0.0), 0.999) * (len(accents) - 1)
            colour = mix(accents[int(at)], accents[int(at) + 1], at - int(at))
            stroke(pen, scaled(line, k), rng.choice((3.0, 4.6, 4.6, 6.4)) * k, colour, sheet.transparent)

    return caption(sheet.plate(paint), sheet)


def stroke(pen: Any, points: list[Point], width: float, colour: tuple[int, int, int], opaque: bool) -> None:
    """A line with round ends."""
    fill = (*colour, 255) if opaque else colour
    pen.line(points, fill=fill, width=max(1, round(width)), joint="curve")
    half = width / 2
    for x, y in (points[0], points[-1]):
        pen.ellipse([x - half, y - half, x + half, y + half], fill=fill)


def trace(sheet: Sheet) -> list[list[Point]]:
    """Lines from random places, both ways, until they come too near to another."""
    rng = sheet.random("lines")
    wide, high = sheet.box
    field = angles(sheet)
    taken: dict[tuple[int, int], list[tuple[float, float, int]]] = {}
    lines: list[list[Point]] = []
    for number in range(int(wide * high / 420)):
        start = (rng.uniform(-20, wide + 20), rng.uniform(-20, high + 20))
        if not is_free(start, taken, number):
            continue
        back = follow(start, field, sheet, taken, number, -1)
        line = [*reversed(back), start, *follow(start, field, sheet, taken, number, 1)]
        if len(line) >= SHORTEST:
            lines.append(line)
            for x, y in line:
                taken.setdefault((int(x // APART), int(y // APART)), []).append((x, y, number))
    return lines


def angles(sheet: Sheet) -> Field:
    """The direction of the flow on a grid of its own, so that it is the same at every resolution."""
    rng = sheet.random("field")
    wide, high = sheet.box
    columns, rows = round(GRID * wide / 1000) + 2, round(GRID * high / 1000) + 2
    generator = sheet.generator("field")
    low = lattice(generator, (columns, rows), 2.2 * wide / 1000, 2.2 * high / 1000)
    fine = lattice(generator, (columns, rows), 5.0 * wide / 1000, 5.0 * high / 1000)
    turn, start = rng.uniform(0.8, 1.15) * math.tau, rng.uniform(0, math.tau)
    return ((low + 0.28 * fine) * turn + start).astype(numpy.float32)


def follow(
    start: Point, field: Field, sheet: Sheet, taken: dict[Any, Any], number: int, way: int
) -> list[Point]:
    wide, high = sheet.box
    (x, y), found = start, []
    for _ in range(LONGEST):
        row = min(max(int((y + 20) * GRID / 1000), 0), field.shape[0] - 1)
        column = min(max(int((x + 20) * GRID / 1000), 0), field.shape[1] - 1)
        angle = float(field[row, column])
        x, y = x + way * STEP * math.cos(angle), y + way * STEP * math.sin(angle)
        if not (-20 <= x <= wide + 20 and -20 <= y <= high + 20) or not is_free((x, y), taken, number):
            break
        found.append((x, y))
    return found


def is_free(place: Point, taken: dict[Any, Any], number: int) -> bool:
    x, y = place
    column, row = int(x // APART), int(y // APART)
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            for left, top, owner in taken.get((column + across, row + down), ()):
                if owner != number and (left - x) ** 2 + (top - y) ** 2 < APART * APART:
                    return False
    return True
