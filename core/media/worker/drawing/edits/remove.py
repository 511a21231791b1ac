"""What a mask selects, filled from around it: colours flow in from the edge, coarse first."""

from __future__ import annotations

from typing import Any

import numpy

from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.libraries import pillow

ROUNDS = 60
MARGIN = 5
"""Pixels around the selection that lend no colour: the edge of what is removed is often there."""


def remove(image: Any, step: Step, context: Context) -> Any:
    chosen = context.mask.point([255 if level < 128 else 0 for level in range(256)])
    reach = 2 * max(1, round(context.pixels(MARGIN))) + 1
    wider = chosen.filter(pillow("ImageFilter").MaxFilter(min(reach, 2 * (min(image.size) // 4) + 1)))
    hole = numpy.asarray(wider) > 127
    if hole.all():
        hole = numpy.asarray(chosen) > 127
    pixels = numpy.asarray(image.convert("RGBa"), dtype=numpy.float32)
    filled = smooth(flow(pixels, ~hole), hole)
    filled = filled + texture(pixels, hole)
    result = pillow().fromarray(numpy.clip(filled + 0.5, 0, 255).astype(numpy.uint8), "RGBa")
    return pillow().composite(result.convert("RGBA"), image, chosen)


def flow(pixels: Any, known: Any) -> Any:
    """Unknown pixels from the mean of known ones near them, by a pyramid of halves."""
    weight = known.astype(numpy.float32)
    if known.all() or not known.any() or min(pixels.shape[:2]) < 2:
        mean = pixels[known].mean(axis=0) if known.any() else pixels.mean(axis=(0, 1))
        return numpy.where(known[..., None], pixels, mean)
    total, count = halved(pixels * weight[..., None]), halved(weight)
    coarse = total / numpy.maximum(count, 1e-6)[..., None]
    coarse = flow(coarse, count > 0)
    return numpy.where(known[..., None], pixels, doubled(coarse, pixels.shape[:2]))


def halved(field: Any) -> Any:
    """Sums of two by two."""
    pad = [(0, field.shape[0] % 2), (0, field.shape[1] % 2)] + [(0, 0)] * (field.ndim - 2)
    whole = numpy.pad(field, pad)
    return whole[::2, ::2] + whole[1::2, ::2] + whole[::2, 1::2] + whole[1::2, 1::2]


def doubled(field: Any, shape: tuple[int, int]) -> Any:
    library = pillow()
    size = (shape[1], shape[0])
    parts = [
        numpy.asarray(
            library.fromarray(numpy.ascontiguousarray(field[..., part]), "F").resize(
                size, library.Resampling.BILINEAR
            )
        )
        for part in range(field.shape[2])
    ]
    return numpy.stack(parts, axis=-1)


def smooth(pixels: Any, hole: Any) -> Any:
    """Diffusion within the hole: every pixel towards the mean of its four neighbours."""
    rows, columns = numpy.where(hole)
    if not rows.size:
        return pixels
    top, left = max(rows.min() - 1, 0), max(columns.min() - 1, 0)
    part = numpy.s_[top : rows.max() + 2, left : columns.max() + 2]
    window, inside = pixels[part].copy(), hole[part][..., None]
    for _ in range(ROUNDS):
        edge = numpy.pad(window, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = (edge[:-2, 1:-1] + edge[2:, 1:-1] + edge[1:-1, :-2] + edge[1:-1, 2:]) / 4
        window = numpy.where(inside, mean, window)
    result = pixels.copy()
    result[part] = window
    return result


def texture(pixels: Any, hole: Any) -> Any:
    """Noise as fine and as strong as around the hole, so that the filling is not of plastic."""
    fine = pixels[1:, 1:, :3] - pixels[:-1, :-1, :3]
    known = ~(hole[1:, 1:] | hole[:-1, :-1])
    spread = float(numpy.median(numpy.abs(fine[known]))) if known.any() else 0.0
    noise = numpy.random.Generator(numpy.random.PCG64(1)).standard_normal(hole.shape, dtype=numpy.float32)
    grain = noise * min(spread * 0.9, 6.0) * hole
    return numpy.stack([grain, grain, grain, numpy.zeros_like(grain)], axis=-1)
