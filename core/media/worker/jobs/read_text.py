"""The text in a picture, or in the pages of a PDF that are pictures, line by line."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from math import sqrt
from pathlib import Path
from typing import Any

from core.media.worker.codecs.demuxers import image_size, input_type, unreadable
from core.media.worker.engines.rapidocr import STRETCH, reader
from core.media.worker.jobs.inspect.image import BROKEN, decoding_errors, open_image, scaled_copy
from core.media.worker.jobs.inspect.pdf import pdf_errors
from core.media.worker.libraries import pdfium, pillow
from core.media.worker.output import Output

MOST_PIXELS = 4_000_000
"""Of the copy that is read: a sheet of A4 at 200 dots per inch. A larger picture is made smaller first."""

MOST_DOTS = 200
"""Dots per inch at which a page is drawn; less where it is larger than A4."""

MOST_LINES = 300
SURE = 0.5
"""Lines of one picture that are read; how sure the network must be of a line that counts."""

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in, and for a PDF `pages`, numbers from 0 on.

    The event `line` has its `page`, `text`, `confidence` (0 to 1) and the place of its middle, `x` and `y` (0
    to 1). The event `picture` ends each page or picture: its `page`, how many lines were `found`, how many of
    them `tried`, and if the picture was `reduced` before. Returns `{"pictures"}`.
    """
    pictures = 0
    for page, picture, reduced in copies(args):
        output.check()
        found = reader().regions(picture)
        yield
        for region in found[:MOST_LINES]:
            output.check()
            text, confidence = reader().read(region)
            if text and confidence >= SURE:
                place = {"x": round(region.x, 3), "y": round(region.y, 3)}
                output.event("line", page=page, text=text, confidence=round(confidence, 3), **place)
            yield
        tried = min(len(found), MOST_LINES)
        output.event("picture", page=page, found=len(found), tried=tried, reduced=reduced)
        pictures += 1
        yield
    return {"pictures": pictures}


def copies(args: dict[str, Any]) -> Iterator[tuple[int, Any, bool]]:
    """Each page with its number, or the picture as number 0; and whether it was reduced."""
    path = Path(args["path"])
    with path.open("rb") as file:
        container = input_type(file).container
    if container == "pdf":
        yield from drawn_pages(path, args["pages"])
    else:
        yield 0, *picture_copy(path)


def drawn_pages(path: Path, pages: list[int]) -> Iterator[tuple[int, Any, bool]]:
    with pdf_errors(), pdfium().PdfDocument(path) as document:
        for number in pages:
            width, height = document[number].get_size()
            scale = min(MOST_DOTS / 72, largest_scale(width, height))
            page = document[number].render(scale=scale).to_pil().convert("RGB")
            yield number, page, False


def largest_scale(width: float, height: float) -> float:
    """By which a picture may be multiplied, with the margin that a narrow one gets."""
    return sqrt(MOST_PIXELS / (max(width, height / STRETCH, 1.0) * max(height, width / STRETCH, 1.0)))


def picture_copy(path: Path) -> tuple[Any, bool]:
    """The picture (its first frame) as it is meant to be seen, without transparency."""
    with path.open("rb") as file:
        found = input_type(file)
        if not found.is_image:
            raise unreadable("This file is not a picture.")
        image_size(file, found.container)
        with decoding_errors(), open_image(file) as image:
            scale = min(1.0, largest_scale(image.width, image.height))
            size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
            copy = scaled_copy(image, size)
    with suppress(*BROKEN):  # a damaged block of EXIF leaves the picture as it is stored
        copy = pillow("ImageOps").exif_transpose(copy)
    return on_ground(copy), scale < 1


def on_ground(picture: Any) -> Any:
    """Red, green and blue of a picture with opacity: light ones get a black ground, others a white one."""
    opacity = picture.getchannel("A")
    if opacity.getextrema()[0] == 255:
        return picture.convert("RGB")
    light = pillow("ImageStat").Stat(picture.convert("L"), opacity.point(lambda level: level and 255))
    bright = bool(light.count[0]) and light.mean[0] > 127
    ground = pillow().new("RGBA", picture.size, "black" if bright else "white")
    ground.alpha_composite(picture)
    return ground.convert("RGB")
