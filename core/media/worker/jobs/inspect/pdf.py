"""Measurements of a PDF: its metadata, its text, an image of its first page."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from ctypes import ArgumentError
from typing import Any

from core.media.worker.codecs.containers import DAMAGED
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.libraries import pdfium
from core.media.worker.output import Output

MOST_PAGES = 500
"""Pages whose text is read."""

EXCERPT = 2000
LONGEST_PAGE = 200_000
"""Characters: of the excerpt, and of one page that are counted."""

WIDTH, HEIGHT = 1000, 1414
"""Pixels within which the first page is drawn; an upright sheet of A4 fills them."""

MILLIMETRES = 25.4 / 72
FIELDS = ("Title", "Author", "Subject", "Creator", "Producer", "CreationDate")
LINE_END_MARKS = {0: None, 0xFFFE: "-"}
"""The library's own mark for a hyphen at the end of a line."""

LOCKED = "This PDF asks for a password."
TOO_LARGE = "This PDF takes more memory than a worker has."

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `pdf`, `text`, `rendered`; returns `{"pages", "empty"}`,
    how many pages there are and the numbers (from 0 on) of those read that have no text."""
    with pdf_errors(), pdfium().PdfDocument(args["path"]) as document:
        output.event("pdf", **facts(document))
        yield
        found, empty = yield from text_facts(document, output)
        output.event("text", **found)
        yield
        output.image(render_page(document[0]), "image/png", "first page")
        return {"pages": len(document), "empty": empty}


@contextmanager
def pdf_errors() -> Iterator[None]:
    """Whatever the library raises over a broken file becomes a `JobError`."""
    try:
        yield
    except MemoryError:
        raise unreadable(TOO_LARGE) from None
    except (pdfium().PdfiumError, ValueError, OverflowError, RecursionError, ArgumentError) as error:
        raise unreadable(LOCKED if "password" in str(error).lower() else DAMAGED) from None


def facts(document: Any) -> Result:
    """Pages, version, size of the first page in millimetres, and the metadata fields."""
    if not len(document):
        raise unreadable("This PDF has no pages.")
    width, height = document[0].get_size()
    metadata = document.get_metadata_dict(skip_empty=True)
    return {
        "pages": len(document),
        "version": document.get_version(),
        "size": [round(width * MILLIMETRES), round(height * MILLIMETRES)],
        "fields": [(name, metadata[name][:200]) for name in FIELDS if name in metadata],
    }


def text_facts(document: Any, output: Output) -> Generator[None, None, tuple[Result, list[int]]]:
    """Characters and words of the pages read and the beginning of the text; the pages that had none."""
    characters = words = 0
    empty: list[int] = []
    excerpt = ""
    pages = min(len(document), MOST_PAGES)
    for number in range(pages):
        output.check()
        found = page_text(document[number])
        characters += len(found)
        words += len(found.split())
        empty += [] if found else [number]
        if len(excerpt) < EXCERPT and found:
            excerpt = f"{excerpt}\n\n{found}".lstrip()[:EXCERPT]
        output.event("progress", done=number + 1)
        yield
    counts = {"read": pages, "characters": characters, "words": words, "empty": len(empty)}
    return {**counts, "excerpt": excerpt}, empty


def page_text(page: Any) -> str:
    """The text of a page, line by line."""
    with closing(page), closing(page.get_textpage()) as text_page:
        count = min(text_page.count_chars(), LONGEST_PAGE)
        found: str = text_page.get_text_range(0, count) if count else ""
    return found.translate(LINE_END_MARKS).replace("\r\n", "\n").strip()


def render_page(page: Any) -> bytes:
    """The page as PNG."""
    width, height = page.get_size()
    scale = min(WIDTH / max(1.0, width), HEIGHT / max(1.0, height))
    file = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(file, "PNG", optimize=True)
    return file.getvalue()
