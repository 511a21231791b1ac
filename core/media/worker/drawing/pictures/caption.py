"""The words on a scene, where the prompt has some in quotation marks."""

from __future__ import annotations

from typing import Any

from core.media.palettes import readable
from core.media.worker.drawing.fonts import SERIF
from core.media.worker.drawing.sheet import Sheet, lay
from core.media.worker.drawing.text import Type, draw_block, set_block
from core.media.worker.libraries import pillow

MARGIN = 80.0
TITLE = Type(SERIF, 600, 1.12)


def caption(image: Any, sheet: Sheet) -> Any:
    """The image with the sheet's title at its foot, on a veil; without one, as it was."""
    if not sheet.title:
        return image
    wide, high = sheet.box
    block = set_block(sheet.title, TITLE, (wide - 2 * MARGIN, high * 0.3), (26, 96))
    sheet.cuts.append(block.cut)
    top = high - MARGIN - block.height
    ground = foot(image, top / high)
    dark = sum(ground) < 384
    veil = sheet.stencil(lambda pen, k: veil_rows(pen, k, wide, top - 150, high))
    lay(image, (8, 10, 22) if dark else (255, 252, 246), veil, 0.72)
    ink = (255, 250, 240) if dark else readable(sheet.palette.ink, (255, 252, 246))
    draw_block(image, block, (MARGIN, top), sheet.unit, ink)
    return image


def foot(image: Any, share: float) -> tuple[int, int, int]:
    """The mean colour below a share of the height."""
    part = image.convert("RGB").crop((0, int(image.height * share), *image.size))
    red, green, blue = part.resize((1, 1), pillow().Resampling.BOX).getpixel((0, 0))
    return red, green, blue


def veil_rows(pen: Any, k: float, wide: float, top: float, bottom: float) -> None:
    """Lines ever denser from the top to the bottom."""
    first, last = int(top * k), int(bottom * k) + 1
    for y in range(first, last):
        share = min(1.0, (y - first) / (220 * k))
        pen.line([(0, y), (wide * k, y)], fill=round(255 * share * share * (3 - 2 * share)))
