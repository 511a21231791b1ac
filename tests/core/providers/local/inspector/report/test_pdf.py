"""The report on PDF files: metadata, text, first page; damaged files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.core.providers.local.inspector.reports import (
    answer,
    chat_request,
    file_part,
    inspect_files,
    table_cells,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

TEXT = {"type": "text", "text": "Look."}


def pdf(pages: int, words: str = "Page") -> bytes:
    """A PDF of A4 pages with a line of text on each and a table of two columns on the first."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        lines = f"BT /F1 12 Tf 72 720 Td ({words} {number + 1}) Tj 0 -20 Td (Apples 3) Tj ET".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(lines), lines))
    objects.append(b"<< /Title (A <b>title</b> | here) >>")
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return bytes(out + b"startxref\n%d\n%%%%EOF" % start)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def test_document_is_read_and_its_first_page_drawn(data):
    found = await inspect_files(data / "samples" / "dummy.pdf")

    cells = table_cells(found.text)
    assert (cells["Pages"], cells["Author"]) == ("1", "Evangelos Vlachogiannis")
    assert cells["Page size"] == "210 × 297 mm (A4, portrait)"
    assert "**Text**: 14 characters, 3 words\n\n```text\nDummy PDF file\n```" in found.text
    [page] = found.decoded_images()
    assert (page.format, page.width) == ("PNG", 1000)
    assert page.convert("L").getextrema() == (0, 255)


async def test_sixty_pages_are_counted_and_the_beginning_quoted(tmp_path):
    found = await inspect_files(write(tmp_path / "long.pdf", pdf(60, "A page that goes on and on,")))

    cells = table_cells(found.text)
    assert (cells["Pages"], cells["Title"]) == ("60", "A \\<b\\>title\\</b\\> \\| here")
    assert "; the first 2,000 characters\n\n```text\nA page that goes on" in found.text
    assert "1\nApples 3\n" in found.text
    assert found.units["file_in.page"] == 60


async def test_document_without_text_says_so(tmp_path):
    stream = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(stream, "PDF")
    found = await inspect_files(write(tmp_path / "scan.pdf", stream.getvalue()))

    assert "**Text**: none.\n\n" in found.text
    assert len(found.images) == 1


HOSTILE = {
    "empty": b"%PDF-1.7\n",
    "noise": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "cut": pdf(3)[:200],
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_document_is_reported(tmp_path, name):
    found = await answer(chat_request([TEXT, file_part(write(tmp_path / "bad.pdf", HOSTILE[name]))]))

    assert "### PDF: bad.pdf\n\n**It could not be read**: This file is damaged" in found.text


async def test_page_of_an_extreme_shape_is_drawn_small(tmp_path):
    wide = pdf(1).replace(b"[0 0 595 842]", b"[0 0 14400 1]")
    found = await inspect_files(write(tmp_path / "wide.pdf", wide))

    [page] = found.decoded_images()
    assert (page.width, page.height) == (1000, 1)
