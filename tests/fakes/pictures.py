"""Pictures with text, drawn by Pillow, and scanned documents made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from core.media.installed import text_reading_hint

needs_ocr = pytest.mark.skipif(
    text_reading_hint() is not None, reason="the extra polyphony[ocr] is not installed"
)

CHINESE = Path(__file__).with_name("chinese.png")
"""The words `你好，世界`, in Droid Sans Fallback."""

SHEET = (1240, 1754)
"""A sheet of A4 at 150 dots per inch."""


def font(size: int, *, umlauts: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which has only the letters of English, or one of the system."""
    if not umlauts:
        return ImageFont.load_default(size)
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        pytest.skip("no font with umlauts is installed")


def picture(
    *lines: tuple[int, int, str],
    size: tuple[int, int] = (800, 500),
    letters: int = 28,
    ink: str = "black",
    ground: str = "white",
    mode: str = "RGB",
) -> Image.Image:
    """A picture with each text at its place, in pixels from the left and from the top."""
    drawn = Image.new(mode, size, ground)
    canvas = ImageDraw.Draw(drawn)
    umlauts = any(not text.isascii() for _, _, text in lines)
    for x, y, text in lines:
        canvas.text((x, y), text, font=font(letters, umlauts=umlauts), fill=ink)
    return drawn


def scan(path: Path, *texts: str) -> Path:
    """A PDF without a text layer: a page for each text, which is "" for an empty one."""
    pages = [picture((150, 200, text), size=SHEET) for text in texts]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=150)
    return path
