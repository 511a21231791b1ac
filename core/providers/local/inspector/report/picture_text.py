"""The report on the text in a picture, or in the pages of a PDF that are pictures."""

from __future__ import annotations

from typing import TypedDict

from core.providers.local.inspector.report.markdown import escape
from core.providers.local.inspector.report.number_format import count, percentage
from core.providers.local.inspector.report.pdf import excerpt_beginning
from core.providers.local.inspector.report.piece import ReportPiece

MAX_PAGES = 10
"""Pages of a PDF whose picture is read."""

TITLE = "Text in the picture"
PAGES_TITLE = "Text in pictures of pages"
LONGEST_LINE = 1000
ROWS, COLUMNS = ("top", "", "bottom"), ("left", "", "right")


class LineFacts(TypedDict):
    """The event `line` of the job `read_text`: how sure it is, and the place of its middle, are 0 to 1."""

    page: int
    text: str
    confidence: float
    x: float
    y: float


class PictureFacts(TypedDict):
    """The event `picture`, after its lines: the number of its page from 0 on, how many lines there are, how
    many were tried, and whether the picture was made smaller."""

    page: int
    found: int
    tried: int
    reduced: bool


def pages_heading_piece(pages: int) -> ReportPiece:
    """The text above the pages of a document that has so many without text."""
    text = f"**{PAGES_TITLE}**\n\n"
    if pages > MAX_PAGES:
        text += f"Only the first {MAX_PAGES} of {pages:,} pages without text are read.\n\n"
    return ReportPiece(text)


def line_piece(found: LineFacts, title: str) -> ReportPiece:
    """A row of a table, which begins with it where there is a `title`."""
    head = f"**{title}**\n\n| Text | Where | Sure |\n| --- | --- | ---: |\n" if title else ""
    text, sure = escape(found["text"], LONGEST_LINE), percentage(found["confidence"])
    return ReportPiece(f"{head}| {text} | {position(found['x'], found['y'])} | {sure} |\n")


def position(x: float, y: float) -> str:
    """Such as `top left`, by thirds of the width and of the height."""
    row, column = ROWS[min(int(y * 3), 2)], COLUMNS[min(int(x * 3), 2)]
    return " ".join(name for name in (row, column) if name) or "middle"


def picture_piece(found: PictureFacts, title: str, lines: list[str]) -> ReportPiece:
    """The end of a table, or that there is nothing to read; the `lines` are those of the table."""
    what = "the picture" if title == TITLE else title.lower()
    if not lines:
        return ReportPiece(f"**{title}**: none was found.\n\n", f"I find no text in {what}.")
    counts = f"{count(len(lines), 'line')}, {count(sum(map(len, lines)), 'character')}"
    notes = [f"{counts}, read by PP-OCRv6 on this computer."]
    if found["tried"] < found["found"]:
        notes.append(f"Only the first {found['tried']:,} of {found['found']:,} lines are read.")
    if found["reduced"]:
        notes.append("The picture was made smaller to be read: small letters may be missing.")
    speech = f"I read {count(len(lines), 'line')} in {what}: {excerpt_beginning(' '.join(lines))}"
    return ReportPiece(f"\n{' '.join(notes)}\n\n", speech)


def missing_reader_piece(title: str, hint: str) -> ReportPiece:
    """`hint` is the install command."""
    return ReportPiece(f"**{title}**: what reads it is not installed here: `{hint}`\n\n")
