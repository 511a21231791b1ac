"""Tiles of circles, quarters, arcs and triangles in flat colours, as the Bauhaus drew them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from core.media.colours import Colour, to_oklch
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.shapes import round_box
from core.media.worker.drawing.sheet import Sheet

Box = tuple[float, float, float, float]
Motif = Callable[[Any, Box, list[Any], random.Random], None]


def draw(sheet: Sheet) -> Any:
    rng = sheet.random("tiles")
    wide, high = sheet.box
    across = rng.choice((4, 5, 5, 6))
    side = 1000 / across
    columns, rows = max(1, round(wide / side)), max(1, round(high / side))

    def paint(pen: Any, k: float) -> None:
        last = None
        for row in range(rows):
            for column in range(columns):
                box = (
                    column * wide / columns,
                    row * high / rows,
                    (column + 1) * wide / columns,
                    (row + 1) * high / rows,
                )
                last = tile(pen, tuple(part * k for part in box), sheet, rng, last)  # type: ignore[arg-type]

    return caption(sheet.plate(paint), sheet)


def tile(pen: Any, box: Box, sheet: Sheet, rng: random.Random, last: Colour | None) -> Colour:
    """Draw one tile; returns its ground, which the next one has not."""
    colours = [colour for colour in sheet.palette.all if colour != last]
    ground = rng.choice(colours)
    light = to_oklch(ground)[0]
    others = [colour for colour in sheet.palette.all if abs(to_oklch(colour)[0] - light) > 0.12] or colours
    chosen = rng.sample(others, k=min(2, len(others))) * 2
    fills: list[Any] = [(*colour, 255) if sheet.transparent else colour for colour in chosen]
    if not (sheet.transparent and rng.random() < 0.5):
        pen.rectangle(box, fill=(*ground, 255) if sheet.transparent else ground)
    rng.choices(list(MOTIFS), list(MOTIFS.values()))[0](pen, box, fills, rng)
    return ground


def quarter(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    """Quarters of circles around one corner, inside each other."""
    left, top, right, bottom = box
    side = right - left
    corner = rng.randrange(4)
    x, y = (left, right, right, left)[corner], (top, top, bottom, bottom)[corner]
    for share, fill in zip((1.0, 0.62, 0.28), fills, strict=False):
        reach = side * share
        pen.pieslice([x - reach, y - reach, x + reach, y + reach], corner * 90, corner * 90 + 90, fill=fill)


def circle(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    left, top, right, bottom = box
    for share, fill in zip((0.4, rng.choice((0.0, 0.2))), fills, strict=False):
        reach = (right - left) * share
        x, y = (left + right) / 2, (top + bottom) / 2
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=fill)


def half(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    """Two half circles, one on the other, that look up or down."""
    left, top, right, bottom = box
    reach = (bottom - top) / 2
    up = rng.random() < 0.5
    for number, fill in enumerate(fills[:2]):
        base = top + reach * (number + 1 if up else number)
        start = 180 if up else 0
        pen.pieslice([left, base - reach, right, base + reach], start, start + 180, fill=fill)


def triangle(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    del corners[rng.randrange(4)]
    pen.polygon(corners, fill=fills[0])


def bars(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    left, top, right, bottom = box
    upright = rng.random() < 0.5
    width = (right - left) / 6
    for number in range(0, 6, 2):
        start = width * (number + 0.5)
        if upright:
            pen.rectangle([left + start, top, left + start + width, bottom], fill=fills[0])
        else:
            pen.rectangle([left, top + start, right, top + start + width], fill=fills[0])


def leaf(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    """Two round corners and two sharp ones."""
    corners = rng.choice(((True, False, True, False), (False, True, False, True)))
    round_box(pen, box, (box[2] - box[0]) / 2 - 1, fill=fills[0], corners=corners)
    inner = (box[2] - box[0]) * 0.14
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    pen.ellipse([x - inner, y - inner, x + inner, y + inner], fill=fills[1 % len(fills)])


def blank(pen: Any, box: Box, fills: list[Any], rng: random.Random) -> None:
    """Rest for the eye."""


MOTIFS: dict[Motif, int] = {quarter: 7, leaf: 4, circle: 4, half: 3, triangle: 3, bars: 2, blank: 2}
"""How often each comes."""
