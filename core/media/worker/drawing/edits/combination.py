"""Several pictures in one."""

from __future__ import annotations

import math
from typing import Any

from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.drawing.edits.geometry import cover
from core.media.worker.libraries import pillow

SIDE = 1536
GAP = 0.012
"""Pixels of the long side of a combined picture; the space between, as a share of it."""


def collage(image: Any, step: Step, context: Context) -> Any:
    """A grid of equal cells, the pictures cut to fill them; a last row that is not full has wider ones."""
    images = [image, *context.others]
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    wide, gap = round(context.pixels(SIDE)), max(1, round(context.pixels(SIDE * GAP)))
    tall = round(wide * rows / columns)
    result = ground((wide, tall))
    for row in range(rows):
        line = images[row * columns : (row + 1) * columns]
        top, bottom = gap + (tall - gap) * row // rows, (tall - gap) * (row + 1) // rows
        for column, part in enumerate(line):
            left, right = gap + (wide - gap) * column // len(line), (wide - gap) * (column + 1) // len(line)
            result.alpha_composite(cover(part, (max(1, right - left), max(1, bottom - top))), (left, top))
    return result


def side_by_side(image: Any, step: Step, context: Context) -> Any:
    """In one row, all of one height, whole."""
    images = [image, *context.others]
    wide, gap = round(context.pixels(SIDE)), max(1, round(context.pixels(SIDE * GAP)))
    ratio = sum(part.width / part.height for part in images)
    high = max(1, round((wide - gap * (len(images) + 1)) / ratio))
    parts = [
        part.resize((max(1, round(high * part.width / part.height)), high), pillow().Resampling.LANCZOS)
        for part in images
    ]
    result = ground((sum(part.width for part in parts) + gap * (len(parts) + 1), high + 2 * gap))
    left = gap
    for part in parts:
        result.alpha_composite(part, (left, gap))
        left += part.width + gap
    return result


def stack(image: Any, step: Step, context: Context) -> Any:
    """One above the other, all of one width, whole."""
    library = pillow().Transpose
    turned = Context(context.scale, None, [part.transpose(library.TRANSPOSE) for part in context.others])
    return side_by_side(image.transpose(library.TRANSPOSE), step, turned).transpose(library.TRANSPOSE)


def blend(image: Any, step: Step, context: Context) -> Any:
    """The others over the first, each with that share."""
    result = image
    for other in context.others:
        result = pillow().blend(result, cover(other, image.size), step["share"] / 100)
    return result


def ground(size: tuple[int, int]) -> Any:
    return pillow().new("RGBA", size, (255, 255, 255, 255))
