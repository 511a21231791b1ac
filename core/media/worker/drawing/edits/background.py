"""The background: what has the colour of the border and reaches it. No model knows what is in the picture."""

from __future__ import annotations

from typing import Any

import numpy

from core.media.colours import from_hex
from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.libraries import pillow

SMALL = 256
"""The side at which connected places are searched."""

NEAR, FAR = 26.0, 52.0
"""Distances from the colour of the border: background up to the first, none from the second on."""


def background(image: Any, step: Step, context: Context) -> Any:
    """The image without its background, or with one of another colour; what was see-through already counts as
    background."""
    cut = image if has_holes(image) else cut_out(image)
    if not step["colour"]:
        return cut
    ground = pillow().new("RGBA", image.size, (*from_hex(step["colour"]), 255))
    ground.alpha_composite(cut)
    return ground


def has_holes(image: Any) -> bool:
    return bool(image.getchannel("A").getextrema()[0] < 128)


def cut_out(image: Any) -> Any:
    pixels = numpy.asarray(image.convert("RGB"), dtype=numpy.float32)
    away = numpy.sqrt(((pixels - border_colour(pixels)) ** 2).mean(axis=2)) * 1.7
    solid = numpy.clip((away - NEAR) / (FAR - NEAR), 0, 1)
    outside = connected(image, solid < 0.9)
    opacity = numpy.where(outside, solid, 1.0)
    result = image.copy()
    result.putalpha(pillow().fromarray((opacity * 255).astype(numpy.uint8), "L"))
    return result


def border_colour(pixels: Any) -> Any:
    """The median of the pixels along the four edges."""
    edges = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
    return numpy.median(numpy.concatenate(edges), axis=0)


def connected(image: Any, candidates: Any) -> Any:
    """Those of the candidates from which a way leads to the border, searched on a small copy."""
    library = pillow()
    size = tuple(max(1, round(side * SMALL / max(image.size))) for side in image.size)
    whole = library.fromarray(candidates.astype(numpy.uint8) * 255, "L")
    free = numpy.asarray(whole.resize(size, library.Resampling.BOX)) > 100
    reached = numpy.zeros_like(free)
    for edge in (numpy.s_[0, :], numpy.s_[-1, :], numpy.s_[:, 0], numpy.s_[:, -1]):
        reached[edge] = free[edge]
    while True:
        grown = spread(reached) & free
        if (grown == reached).all():
            break
        reached = grown
    wide = library.fromarray(spread(reached).astype(numpy.uint8) * 255, "L")
    return (numpy.asarray(wide.resize(image.size, library.Resampling.BILINEAR)) > 60) & candidates


def spread(field: Any) -> Any:
    """A field of yes and no, a pixel larger each way."""
    grown = field.copy()
    grown[1:] |= field[:-1]
    grown[:-1] |= field[1:]
    grown[:, 1:] |= field[:, :-1]
    grown[:, :-1] |= field[:, 1:]
    return grown
