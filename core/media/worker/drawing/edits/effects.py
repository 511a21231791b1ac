"""Blur, sharpen, pixelate and other effects that keep the colours."""

from __future__ import annotations

from typing import Any

import numpy

from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.libraries import pillow


def blur(image: Any, step: Step, context: Context) -> Any:
    """Gaussian, by a radius in pixels; see-through pixels lend no colour."""
    soft = image.convert("RGBa").filter(pillow("ImageFilter").GaussianBlur(context.pixels(step["amount"])))
    return soft.convert("RGBA")


def sharpen(image: Any, step: Step, context: Context) -> Any:
    mask = pillow("ImageFilter").UnsharpMask(max(0.6, context.pixels(2)), int(step["amount"] * 1.8), 2)
    return colours(image, lambda rgb: rgb.filter(mask))


def pixelate(image: Any, step: Step, context: Context) -> Any:
    """Squares of so many pixels."""
    side = max(2, round(context.pixels(max(2, step["amount"]))))
    small = (-(-image.width // side), -(-image.height // side))
    library = pillow()
    padded = (small[0] * side, small[1] * side)
    coarse = image.convert("RGBa").resize(small, library.Resampling.BOX, box=(0, 0, *image.size))
    return coarse.convert("RGBA").resize(padded, library.Resampling.NEAREST).crop((0, 0, *image.size))


def vignette(image: Any, step: Step, context: Context) -> Any:
    """Darker towards the corners."""
    wide, high = image.size
    x = numpy.linspace(-1, 1, wide, dtype=numpy.float32)[None, :]
    y = numpy.linspace(-1, 1, high, dtype=numpy.float32)[:, None]
    away = (x * x + y * y) / 2
    shade = 255 * (1 - 0.72 * numpy.clip((away - 0.16) / 0.84, 0, 1) ** 1.2)
    mask = pillow().fromarray(shade.astype(numpy.uint8), "L")
    return colours(image, lambda rgb: pillow("ImageChops").multiply(rgb, mask.convert("RGB")))


def kaleidoscope(image: Any, step: Step, context: Context) -> Any:
    """The upper left quarter, mirrored into the three others."""
    library, (wide, high) = pillow(), image.size
    half = ((wide + 1) // 2, (high + 1) // 2)
    tile = image.resize(half, library.Resampling.LANCZOS)
    result = library.new("RGBA", image.size)
    across = tile.transpose(library.Transpose.FLIP_LEFT_RIGHT)
    for row, down in ((0, False), (high - half[1], True)):
        for column, part in ((0, tile), (wide - half[0], across)):
            result.paste(part.transpose(library.Transpose.FLIP_TOP_BOTTOM) if down else part, (column, row))
    return result


def halftone(image: Any, step: Step, context: Context) -> Any:
    """Dots on a slanted grid, as in print: the darker, the larger."""
    grey = numpy.asarray(flat(image).convert("L"), dtype=numpy.float32) / 255
    pitch = max(3.0, min(image.size) / 90)
    y, x = numpy.mgrid[0 : grey.shape[0], 0 : grey.shape[1]].astype(numpy.float32)
    along, across = (x + y) * 0.7071 / pitch, (x - y) * 0.7071 / pitch
    screen = (numpy.cos(along * 2 * numpy.pi) + numpy.cos(across * 2 * numpy.pi)) / 4 + 0.5
    dots = numpy.clip((grey - screen) * pitch * 0.9 + 0.5, 0, 1)[..., None]
    ink, paper = numpy.array((28, 28, 34)), numpy.array((250, 246, 238))
    mixed = (ink * (1 - dots) + paper * dots).astype(numpy.uint8)
    return with_opacity(pillow().fromarray(mixed, "RGB"), image)


def colours(image: Any, change: Any) -> Any:
    """The image with its red, green and blue changed, its opacity as it was."""
    return with_opacity(change(image.convert("RGB")), image)


def with_opacity(rgb: Any, image: Any) -> Any:
    result = rgb.convert("RGBA")
    result.putalpha(image.getchannel("A"))
    return result


def flat(image: Any, ground: tuple[int, int, int] = (255, 255, 255)) -> Any:
    """The image on a ground, opaque."""
    whole = pillow().new("RGBA", image.size, (*ground, 255))
    whole.alpha_composite(image)
    return whole.convert("RGB")
