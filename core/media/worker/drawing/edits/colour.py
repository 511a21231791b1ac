"""Operations on colours: what a picture looks like, pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy

from core.media.colours import Colour, from_hex, luminance, mix
from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.drawing.edits.effects import colours, flat, with_opacity
from core.media.worker.libraries import pillow

SEPIA = (0.393, 0.769, 0.189, 0, 0.349, 0.686, 0.168, 0, 0.272, 0.534, 0.131, 0)
HUES = (20, 45, 65, 165, 200, 255, 290, 345)
"""Where the hues of red, orange, yellow, green, cyan, blue, purple and pink end, in degrees."""


def grayscale(image: Any, step: Step, context: Context) -> Any:
    return colours(image, lambda rgb: rgb.convert("L").convert("RGB"))


def sepia(image: Any, step: Step, context: Context) -> Any:
    return colours(image, lambda rgb: rgb.convert("RGB", SEPIA))


def invert(image: Any, step: Step, context: Context) -> Any:
    return colours(image, pillow("ImageOps").invert)


def posterize(image: Any, step: Step, context: Context) -> Any:
    return colours(image, lambda rgb: pillow("ImageOps").posterize(rgb, 2))


def enhance(image: Any, step: Step, context: Context) -> Any:
    """Stretched to the whole range, a percent at each end left out."""
    return colours(image, lambda rgb: pillow("ImageOps").autocontrast(rgb, 1, preserve_tone=True))


def brightness(image: Any, step: Step, context: Context) -> Any:
    factor = 1 + step["amount"] / 100
    return colours(image, lambda rgb: pillow("ImageEnhance").Brightness(rgb).enhance(factor))


def contrast(image: Any, step: Step, context: Context) -> Any:
    factor = 1 + step["amount"] / 100
    return colours(image, lambda rgb: pillow("ImageEnhance").Contrast(rgb).enhance(factor))


def saturation(image: Any, step: Step, context: Context) -> Any:
    factor = 1 + step["amount"] / 100
    return colours(image, lambda rgb: pillow("ImageEnhance").Color(rgb).enhance(factor))


def duotone(image: Any, step: Step, context: Context) -> Any:
    """Darkness in one colour, light in the other."""
    ends = sorted((from_hex(step["dark"]), from_hex(step["light"])), key=luminance)
    return graded(image, [ends[0], mix(ends[0], ends[1], 0.5), ends[1]])


def tint(image: Any, step: Step, context: Context) -> Any:
    """Shades of one colour, from black to white."""
    colour = from_hex(step["colour"])
    return graded(image, [mix(colour, (0, 0, 0), 0.88), colour, mix(colour, (255, 255, 255), 0.9)])


def graded(image: Any, stops: list[Colour]) -> Any:
    """Each brightness in its colour of three stops."""
    table = []
    for level in range(256):
        share = level / 127.5
        low, high = (stops[0], stops[1]) if share < 1 else (stops[1], stops[2])
        table.append(mix(low, high, share if share < 1 else share - 1))
    grey = pillow("ImageOps").autocontrast(flat(image).convert("L"), 0.5)
    parts = [grey.point([colour[part] for colour in table]) for part in range(3)]
    return with_opacity(pillow().merge("RGB", parts), image)


def hue(image: Any, step: Step, context: Context) -> Any:
    turn = round(step["angle"] * 256 / 360)
    return turned(image, lambda hues, _: hues + turn)


def recolour(image: Any, step: Step, context: Context) -> Any:
    """One colour into another: hues of the name of the first turn by the way to the second, shades stay."""
    old, new = (hue_of(step[name]) for name in ("old", "new"))
    ends = numpy.array(HUES) * 256 / 360

    def kind(hues: Any) -> Any:
        return numpy.searchsorted(ends, hues) % len(HUES)

    def change(hues: Any, saturation: Any) -> Any:
        chosen = (kind(hues) == kind(old)) & (saturation > 30)
        return numpy.where(chosen, hues + (new - old), hues)

    return turned(image, change)


def hue_of(code: str) -> int:
    found: int = pillow().new("RGB", (1, 1), from_hex(code)).convert("HSV").getpixel((0, 0))[0]
    return found


def turned(image: Any, change: Any) -> Any:
    """The image with other hues; `change` gets hues and saturation from 0 to 255."""

    def convert(rgb: Any) -> Any:
        hues, saturation, value = rgb.convert("HSV").split()
        plain = [numpy.asarray(part, dtype=numpy.int16) for part in (hues, saturation)]
        moved = (change(*plain) % 256).astype(numpy.uint8)
        return pillow().merge("HSV", (pillow().fromarray(moved, "L"), saturation, value)).convert("RGB")

    return colours(image, convert)


def fill(image: Any, step: Step, context: Context) -> Any:
    return pillow().new("RGBA", image.size, (*from_hex(step["colour"]), 255))
