"""Captions and frames, drawn on the picture; its size stays."""

from __future__ import annotations

from typing import Any

from core.media.colours import from_hex, luminance
from core.media.palettes import readable
from core.media.worker.drawing.edits.context import Context, Step
from core.media.worker.drawing.edits.effects import flat
from core.media.worker.drawing.fonts import SERIF, drawable
from core.media.worker.drawing.text import Type, draw_block, set_block
from core.media.worker.libraries import pillow

TYPE = Type(SERIF, 600, 1.14)
MARGIN = 0.07
"""Of the short side."""


def caption(image: Any, step: Step, context: Context) -> Any:
    """Words in a size that fits, on a veil that lets them be read."""
    text = drawable(SERIF, step["text"])[0]
    short = min(image.size)
    unit = short / 1000
    wide, high = image.width / unit, image.height / unit
    margin = MARGIN * 1000
    block = set_block(text, TYPE, (wide - 2 * margin, high * 0.32), (22, 105))
    top = {"top": margin, "centre": (high - block.height) / 2}.get(
        step["place"], high - margin - block.height
    )
    result = image.copy()
    ground = behind(image, top * unit, (top + block.height) * unit)
    ink = (
        from_hex(step["colour"])
        if step["colour"]
        else ((255, 252, 244) if luminance(ground) < 0.4 else readable((24, 22, 30), ground))
    )
    veil(result, (top - 55) * unit, (top + block.height + 55) * unit, luminance(ink) > 0.4, step["place"])
    draw_block(result, block, (margin, top), unit, ink)
    return result


def behind(image: Any, top: float, bottom: float) -> tuple[int, int, int]:
    """The mean colour of the rows below the words."""
    band = flat(image).crop((0, int(max(top, 0)), image.width, max(int(bottom), int(max(top, 0)) + 1)))
    red, green, blue = band.resize((1, 1), pillow().Resampling.BOX).getpixel((0, 0))
    return red, green, blue


def veil(image: Any, top: float, bottom: float, dark: bool, place: str) -> None:
    """Shade the rows of the words, to the edge where they are at one."""
    mask = pillow().new("L", (1, image.height))
    soft = max(1.0, (bottom - top) * 0.5)
    for y in range(image.height):
        above = 1.0 if place == "top" and y < top + soft else (y - (top - soft)) / soft
        below = 1.0 if place == "bottom" and y > bottom - soft else ((bottom + soft) - y) / soft
        share = max(0.0, min(1.0, above, below))
        mask.putpixel((0, y), round(150 * share * share * (3 - 2 * share)))
    layer = pillow().new("RGBA", image.size, (8, 10, 22, 0) if dark else (255, 252, 246, 0))
    layer.putalpha(pillow("ImageChops").multiply(mask.resize(image.size), image.getchannel("A")))
    image.alpha_composite(layer)


def frame(image: Any, step: Step, context: Context) -> Any:
    """A border of one colour over the edge of the picture."""
    width = max(1, round(min(image.size) * step["share"] / 100))
    result = image.copy()
    pen = pillow("ImageDraw").Draw(result)
    pen.rectangle(
        [0, 0, image.width - 1, image.height - 1], outline=(*from_hex(step["colour"]), 255), width=width
    )
    return result
