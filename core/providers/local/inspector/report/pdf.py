"""The report on a PDF: metadata and text."""

from __future__ import annotations

import re
from typing import TypedDict

from core.providers.local.inspector.report.markdown import code_block, escape, heading, table
from core.providers.local.inspector.report.number_format import count, file_size
from core.providers.local.inspector.report.piece import ReportPiece

PAPER_SIZES = {
    (210, 297): "A4",
    (297, 420): "A3",
    (148, 210): "A5",
    (216, 279): "Letter",
    (216, 356): "Legal",
}
DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?")
FIELD_NAMES = {"Creator": "Made with", "Producer": "Written by", "CreationDate": "Created"}
MAX_SPOKEN = 300
"""Characters of the text that are part of the spoken report."""


class PdfFacts(TypedDict):
    """The event `pdf` of the job `inspect.pdf`: `version` is 17 for 1.7; `size` of the first page in mm."""

    pages: int
    version: int | None
    size: tuple[int, int]
    fields: list[tuple[str, str]]


class PdfTextFacts(TypedDict):
    """The event `text`: characters and words of the pages `read`, and how many of these are `empty`."""

    read: int
    characters: int
    words: int
    empty: int
    excerpt: str


def pdf_piece(found: PdfFacts, number: str, name: str, size: int) -> ReportPiece:
    """`number` as in `MessagePart`, `size` in bytes."""
    fields: dict[str, str] = dict(found["fields"])
    version = found["version"]
    rows = [
        ("Pages", f"{found['pages']:,}"),
        ("Title", escape(fields.pop("Title", ""))),
        ("Author", escape(fields.pop("Author", ""))),
        ("Page size", page_size(*found["size"])),
        ("File", f"{file_size(size)}" + (f", PDF {version // 10}.{version % 10}" if version else "")),
        *((FIELD_NAMES.get(key) or key, escape(format_date(value))) for key, value in fields.items()),
    ]
    return ReportPiece(heading(f"PDF{number}", name) + table(rows), pdf_speech(found, number))


def pdf_speech(found: PdfFacts, number: str) -> str:
    fields = dict(found["fields"])
    speech = f"The document{number} has {count(found['pages'], 'page')}."
    if fields.get("Title"):
        speech += f" Its title is: {fields['Title']}."
    if fields.get("Author"):
        speech += f" Its author is {fields['Author']}."
    return speech


def page_size(width: int, height: int) -> str:
    """Millimetres, with the name of a common paper size."""
    known = PAPER_SIZES.get((min(width, height), max(width, height)), "")
    orientation = "landscape" if width > height else "portrait"
    return f"{width:,} × {height:,} mm" + (f" ({known}, {orientation})" if known else "")


def format_date(value: str) -> str:
    """A PDF date (ISO 32000-1, 7.9.4: `D:20261120…`) as `2026-11-20 12:30`; other text unchanged."""
    found = DATE.match(value)
    if not found:
        return value
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour and minute else "")


def pdf_text_piece(found: PdfTextFacts, pages: int) -> ReportPiece:
    """`pages` is how many the document has, of which not all may have been read."""
    characters, excerpt = found["characters"], found["excerpt"]
    read = f" in the first {found['read']:,} pages" if found["read"] < pages else ""
    if not characters:
        return ReportPiece(
            f"**Text**: none{read}.\n\n",
            f"There is no text in it{read}.",
        )
    summary = f"{count(characters, 'character')}, {count(found['words'], 'word')}{read}"
    if found["empty"]:
        summary += f"; {count(found['empty'], 'page')} without text"
    if len(excerpt) < characters:
        summary += f"; the first {len(excerpt):,} characters"
    speech = (
        f"It holds {count(found['words'], 'word')} of text{read}. It begins: {excerpt_beginning(excerpt)}"
    )
    return ReportPiece(f"**Text**: {summary}\n\n{code_block(excerpt)}", speech)


def excerpt_beginning(excerpt: str) -> str:
    """Its first whole words, on one line."""
    line = " ".join(excerpt.split())
    if len(line) <= MAX_SPOKEN:
        return line
    cut = line[:MAX_SPOKEN]
    return f"{cut.rpartition(' ')[0] or cut}…"
