"""Crop, rotate, flip, resize: where the pixels are."""

from __future__ import annotations

import re
from typing import Any

from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.drawing.shapes import round_rectangle
from core.media.worker.libraries import pillow

LEAST = 1
LARGEST = 4096
SAMPLES = 4


def crop(image: Any, step: Step, context: Context) -> Any:
    shape = str(step["shape"])
    wide, high = image.size
    if half := re.fullmatch(r"(\w+) half", shape):
        boxes = {
            "left": (0, 0, wide // 2, high),
            "right": (wide - wide // 2, 0, wide, high),
            "top": (0, 0, wide, high // 2),
            "upper": (0, 0, wide, high // 2),
        }
        return image.crop(boxes.get(half[1], (0, high - high // 2, wide, high)))
    if shape.endswith("%"):
        share = float(shape[:-1]) / 100
        away, down = round(wide * share), round(high * share)
        return image.crop((away, down, max(away + LEAST, wide - away), max(down + LEAST, high - down)))
    if ratio := re.fullmatch(r"(\d+):(\d+)", shape):
        return centre(image, ratio_size(image.size, int(ratio[1]) / max(int(ratio[2]), 1)))
    if size := re.fullmatch(r"(\d+)x(\d+)", shape):
        sides = [max(LEAST, round(context.pixels(int(side)))) for side in size.groups()]
        return centre(image, (min(sides[0], wide), min(sides[1], high)))
    square = centre(image, (min(image.size),) * 2)
    return rounded(square, 0.5) if shape == "circle" else square


def ratio_size(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    """The largest size of a ratio within another."""
    wide, high = size
    if wide / high > ratio:
        return max(LEAST, round(high * ratio)), high
    return wide, max(LEAST, round(wide / ratio))


def centre(image: Any, size: tuple[int, int]) -> Any:
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))


def cover(image: Any, size: tuple[int, int]) -> Any:
    """The middle of the image, scaled to fill a size."""
    part = centre(image, ratio_size(image.size, size[0] / size[1]))
    return part.resize(size, pillow().Resampling.LANCZOS)


def rotate(image: Any, step: Step, context: Context) -> Any:
    """Clockwise; what no quarter turns is laid on a see-through ground large enough for it."""
    angle, library = float(step["angle"]), pillow()
    turns = {
        90: library.Transpose.ROTATE_270,
        180: library.Transpose.ROTATE_180,
        270: library.Transpose.ROTATE_90,
    }
    if angle in turns:
        return image.transpose(turns[int(angle)])
    return image.rotate(-angle, library.Resampling.BICUBIC, expand=True) if angle else image


def flip(image: Any, step: Step, context: Context) -> Any:
    library = pillow().Transpose
    return image.transpose(library.FLIP_TOP_BOTTOM if step["down"] else library.FLIP_LEFT_RIGHT)


def resize(image: Any, step: Step, context: Context) -> Any:
    if "share" in step:
        wide, high = (side * step["share"] for side in image.size)
    else:
        across, down = step["size"]
        wide = context.pixels(across) if across else context.pixels(down) * image.width / image.height
        high = context.pixels(down) if down else context.pixels(across) * image.height / image.width
    factor = min(1.0, LARGEST * context.scale / max(wide, high))
    size = (max(LEAST, round(wide * factor)), max(LEAST, round(high * factor)))
    return image.resize(size, pillow().Resampling.LANCZOS)


def fit(image: Any, step: Step, context: Context) -> Any:
    """The size that the request asks for."""
    across, down = (max(LEAST, round(context.pixels(side))) for side in step["size"])
    return cover(image, (across, down))


def round_corners(image: Any, step: Step, context: Context) -> Any:
    return rounded(image, 0.07)


def rounded(image: Any, share: float) -> Any:
    """The image with round corners of a radius of that share of its short side."""
    wide, high = image.size
    mask = (
        pillow().new("L", (wide * SAMPLES, high * SAMPLES))
        if wide * high < 1_500_000
        else pillow().new("L", image.size)
    )
    k = mask.width / wide
    paint = round_rectangle((0, 0, wide - 1 / k, high - 1 / k), min(wide, high) * share)
    paint(pillow("ImageDraw").Draw(mask), k)
    mask = mask.resize(image.size, pillow().Resampling.BOX)
    result = image.copy()
    result.putalpha(pillow("ImageChops").multiply(image.getchannel("A"), mask))
    return result
