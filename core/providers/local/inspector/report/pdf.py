"""What a PDF holds, in words."""

from __future__ import annotations

import re
from typing import Any

from core.providers.local.inspector.report.markdown import Piece, block, count, heading, plain, size, table

PAPERS = {(210, 297): "A4", (297, 420): "A3", (148, 210): "A5", (216, 279): "Letter", (216, 356): "Legal"}
DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?")
NAMES = {"Creator": "Made with", "Producer": "Written by", "CreationDate": "Created"}
SPOKEN = 300
"""Characters of the text that are read aloud."""


def pdf_piece(found: dict[str, Any], number: str, name: str, stored: int) -> Piece:
    """From the event `pdf`."""
    fields: dict[str, str] = dict(found["fields"])
    version = found["version"]
    rows = [
        ("Pages", f"{found['pages']:,}"),
        ("Title", plain(fields.pop("Title", ""))),
        ("Author", plain(fields.pop("Author", ""))),
        ("Page size", paper(*found["size"])),
        ("File", f"{size(stored)}" + (f", PDF {version // 10}.{version % 10}" if version else "")),
        *((NAMES.get(key) or key, plain(date(value))) for key, value in fields.items()),
    ]
    told = dict(found["fields"])
    speech = f"The document{number} has {count(found['pages'], 'page')}."
    if told.get("Title"):
        speech += f" Its title is: {told['Title']}."
    if told.get("Author"):
        speech += f" Its author is {told['Author']}."
    return Piece(heading(f"PDF{number}", name) + table(rows), speech)


def paper(width: int, height: int) -> str:
    known = PAPERS.get((min(width, height), max(width, height)), "")
    way = "landscape" if width > height else "portrait"
    return f"{width:,} × {height:,} mm" + (f" ({known}, {way})" if known else "")


def date(value: str) -> str:
    """A PDF's own spelling of a date as others write it; anything else as it is."""
    found = DATE.match(value)
    if not found:
        return value
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour and minute else "")


def pdf_text_piece(found: dict[str, Any], pages: int) -> Piece:
    """From the event `text`; `pages` is how many there are, of which not all may have been read."""
    characters, excerpt = found["characters"], found["excerpt"]
    read = f" in the first {found['read']:,} pages" if found["read"] < pages else ""
    if not characters:
        return Piece(
            f"**Text**: none{read}. The pages may be pictures of text; those are not read here.\n\n",
            f"There is no text in it{read}.",
        )
    summary = f"{count(characters, 'character')}, {count(found['words'], 'word')}{read}"
    if found["empty"]:
        summary += f"; {count(found['empty'], 'page')} without text"
    if len(excerpt) < characters:
        summary += f"; the first {len(excerpt):,} characters"
    speech = f"It holds {count(found['words'], 'word')} of text{read}. It begins: {opening(excerpt)}"
    return Piece(f"**Text**: {summary}\n\n{block(excerpt)}", speech)


def opening(excerpt: str) -> str:
    """How a text begins, whole words only."""
    line = " ".join(excerpt.split())
    return line if len(line) <= SPOKEN else f"{line[:SPOKEN].rpartition(' ')[0] or line[:SPOKEN]}…"
