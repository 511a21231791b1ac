"""The report on text in pictures: tables, places, what was left out, what is not installed."""

from __future__ import annotations

import pytest

from core.providers.local.inspector import jobs
from core.providers.local.inspector.report import picture_text
from core.providers.local.inspector.report.picture_text import (
    TITLE,
    PictureFacts,
    line_piece,
    pages_heading_piece,
    picture_piece,
    position,
)
from tests.core.providers.local.inspector.reports import answer, chat_request, file_part, inspect_files
from tests.fakes.pictures import needs_ocr, picture, scan

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        (0.1, 0.1, "top left"),
        (0.5, 0.1, "top"),
        (0.9, 0.5, "right"),
        (0.5, 0.5, "middle"),
        (1, 1, "bottom right"),
    ],
)
def test_position_is_told_in_words(x, y, name):
    assert position(x, y) == name


def test_first_line_begins_the_table():
    line = {"page": 0, "text": "a | *b*\n", "confidence": 0.987, "x": 0.1, "y": 0.9}
    row = "| a \\| \\*b\\* | bottom left | 99% |\n"

    assert line_piece(line, "").markdown == row
    assert line_piece(line, "Page 2").markdown == (
        f"**Page 2**\n\n| Text | Where | Sure |\n| --- | --- | ---: |\n{row}"
    )


def test_end_tells_what_was_not_read():
    found = PictureFacts(page=0, found=512, tried=300, reduced=True)

    assert picture_piece(found, TITLE, ["One", "Two"]).markdown == (
        "\n2 lines, 6 characters, read by PP-OCRv6 on this computer. "
        "Only the first 300 of 512 lines are read. "
        "The picture was made smaller to be read: small letters may be missing.\n\n"
    )
    assert picture_piece(found, "Page 7", []).markdown == "**Page 7**: none was found.\n\n"


def test_long_documents_are_read_in_part():
    assert "Only the first 10 of 57 pages without text are read." in pages_heading_piece(57).markdown
    assert "Only" not in pages_heading_piece(10).markdown


async def test_missing_reader_is_reported_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "text_reading_hint", lambda: "pip install it")
    picture((40, 200, "Unread")).save(tmp_path / "note.png")
    found = await inspect_files(tmp_path / "note.png", scan(tmp_path / "scan.pdf", "Unread"))

    assert "**Text in the picture**: what reads it is not installed here: `pip install it`\n" in found.text
    assert (
        "**Text in pictures of pages**: what reads it is not installed here: `pip install it`\n" in found.text
    )


async def test_document_with_text_needs_no_reader(monkeypatch, data):
    monkeypatch.setattr(jobs, "text_reading_hint", lambda: "pip install it")

    assert "pip install it" not in (await inspect_files(data / "samples" / "dummy.pdf")).text


@needs_ocr
async def test_text_of_a_picture_is_reported_line_by_line(tmp_path):
    drawn = picture((20, 20, "First of all"), (560, 440, "At the end"))
    drawn.save(tmp_path / "note.png")
    found = await inspect_files(tmp_path / "note.png")

    rows = [delta for delta in found.deltas if " | top left | " in delta or " | bottom right | " in delta]
    assert [row.splitlines()[-1].split(" | ")[0] for row in rows] == ["| First of all", "| At the end"]
    assert rows[0].startswith("**Text in the picture**\n\n| Text | Where | Sure |\n")
    assert "\n2 lines, 22 characters, read by PP-OCRv6 on this computer.\n" in found.text


@needs_ocr
async def test_scanned_pages_are_reported_with_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_text, "MAX_PAGES", 2)
    path = scan(tmp_path / "scan.pdf", "The first page", "", "The third page")
    found = await inspect_files(path)

    assert "**Text**: none.\n" in found.text
    assert "Only the first 2 of 3 pages without text are read." in found.text
    assert (
        "**Page 1**\n\n| Text | Where | Sure |\n| --- | --- | ---: |\n| The first page | top left |"
        in found.text
    )
    assert "**Page 2**: none was found." in found.text
    assert "The third page" not in found.text
    assert found.event_names[found.event_names.index("ImageReady") :].count("Progress") == 2


@needs_ocr
async def test_answer_that_is_spoken_begins_to_read_the_text_aloud(tmp_path):
    picture((40, 200, "Read me aloud"), letters=40).save(tmp_path / "note.png")
    from_picture = picture_piece(
        PictureFacts(page=0, found=1, tried=1, reduced=False), TITLE, ["Read me aloud"]
    )
    whole = await answer(chat_request([file_part(tmp_path / "note.png")], streamed=False))

    assert from_picture.speech == "I read 1 line in the picture: Read me aloud"
    assert "| Read me aloud | left |" in whole.text
