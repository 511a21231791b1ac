"""What the inspector tells of pictures and PDF, of hostile ones too."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from core.contract.errors import InvalidRequest
from tests.core.providers.local.inspector.reports import answered, asked, inspected, part, rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

TEXT = {"type": "text", "text": "Look."}


def located(path: Path) -> Path:
    """A JPEG as a telephone takes it, with the place where it was."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Acme | Corp", "<b>Shot</b> 3000"
    exif.get_ifd(0x8769)[0x829D] = IFDRational(28, 10)
    position = exif.get_ifd(0x8825)
    position[1], position[2] = "N", (IFDRational(52), IFDRational(31), IFDRational(12))
    position[29] = "2026:11:20"
    Image.new("RGB", (60, 40), "navy").save(path, exif=exif)
    return path


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, content: bytes = b"") -> bytes:
    """A PNG whose header claims a size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", content) + chunk(b"IEND", b"")


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


async def test_photograph_is_measured(data):
    found = await inspected(data / "samples" / "kiwi.jpg")

    told = rows(found.text)
    assert (told["Format"], told["Size"], told["Megapixels"]) == (
        "JPEG, 98.6 kB",
        "597 × 566 pixels",
        "0.34",
    )
    colours = [line for line in found.text.splitlines() if line.startswith("| `#")]
    assert len(colours) == 6
    assert "green" in colours[0]
    assert "Brightness 70%: bright. Nothing is transparent." in found.text


async def test_shares_of_colours_add_up(tmp_path):
    image = Image.new("RGB", (100, 100), "#ff0000")
    image.paste("#0000ff", (0, 0, 25, 100))
    image.save(tmp_path / "flag.png")
    found = await inspected(tmp_path / "flag.png")

    assert "| `#FF0000` | red | 75% | ██████████ |" in found.text
    assert "| `#0000FF` | blue | 25% | ███ |" in found.text


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
async def test_every_mode_is_read(tmp_path, mode):
    name = "picture.jpg" if mode == "CMYK" else "picture.png"
    Image.new(mode, (30, 20)).save(tmp_path / name)

    assert rows((await inspected(tmp_path / name)).text)["Size"] == "30 × 20 pixels"


async def test_transparency_is_told(tmp_path):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 40, 20))
    image.save(tmp_path / "half.png")
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "none.png")
    found = await inspected(tmp_path / "half.png", tmp_path / "none.png")

    assert "Brightness 100%: very bright. 50% is see-through." in found.text
    assert "100% is see-through." in found.text


async def test_position_is_left_out_and_said_so(tmp_path):
    found = await inspected(located(tmp_path / "here.jpg"))

    assert "**The file holds the position where the picture was taken.** It is left out here." in found.text
    assert not [line for line in found.text.splitlines() if "GPS" in line or "52" in line]
    told = rows(found.text)
    assert (told["Make"], told["Model"]) == ("Acme \\| Corp", "\\<b\\>Shot\\</b\\> 3000")
    assert told["FNumber"] == "2.8"


async def test_moving_picture_is_counted(tmp_path):
    frames = [Image.new("RGB", (8, 8), (50 * number, 0, 0)) for number in range(5)]
    for kind in ("gif", "webp", "png"):
        frames[0].save(
            tmp_path / f"moving.{kind}", save_all=True, append_images=frames[1:], duration=200, lossless=True
        )
    found = [rows((await inspected(tmp_path / f"moving.{kind}")).text) for kind in ("gif", "webp", "png")]

    assert [told["Animation"] for told in found] == ["5 frames in 1.0 s", "5 frames", "5 frames"]


BOMBS = {
    "claims": png(50_000, 50_000),
    "nothing": png(0, 10),
    "short": png(100, 100, zlib.compress(bytes(10))),
    "garbage": png(100, 100, b"no zlib"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_hostile_picture_is_told_and_the_worker_lives(tmp_path, name):
    request = asked([TEXT, part(write(tmp_path / "bomb.png", BOMBS[name]))])
    found = await answered(request)

    assert "could not be" in found.text
    assert found.finish == "stop"


async def test_picture_larger_than_allowed_names_the_bound(tmp_path):
    with pytest.raises(InvalidRequest, match="A picture may have 100,000,000 pixels"):
        await inspected(write(tmp_path / "bomb.png", BOMBS["claims"]))


async def test_truncated_photograph_keeps_what_was_measured(data, tmp_path):
    whole = (data / "samples" / "kiwi.jpg").read_bytes()
    found = await inspected(write(tmp_path / "half.jpg", whole[: len(whole) // 2]))

    assert rows(found.text)["Size"] == "597 × 566 pixels"
    assert "**The rest of it could not be measured**: This picture is damaged" in found.text


async def test_document_is_read_and_its_first_page_drawn(data):
    found = await inspected(data / "samples" / "dummy.pdf")

    told = rows(found.text)
    assert (told["Pages"], told["Author"]) == ("1", "Evangelos Vlachogiannis")
    assert told["Page size"] == "210 × 297 mm (A4, portrait)"
    assert "**Text**: 14 characters, 3 words\n\n```text\nDummy PDF file\n```" in found.text
    [page] = found.pictures()
    assert (page.format, page.width) == ("PNG", 1000)
    assert page.convert("L").getextrema() == (0, 255)


async def test_sixty_pages_are_counted_and_the_beginning_shown(tmp_path):
    found = await inspected(write(tmp_path / "long.pdf", pdf(60, "A page that goes on and on,")))

    told = rows(found.text)
    assert (told["Pages"], told["Title"]) == ("60", "A \\<b\\>title\\</b\\> \\| here")
    assert "; the first 2,000 characters\n\n```text\nA page that goes on" in found.text
    assert "1\nApples 3\n" in found.text
    assert found.units["file_in.page"] == 60


async def test_document_without_text_says_so(tmp_path):
    stream = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(stream, "PDF")
    found = await inspected(write(tmp_path / "scan.pdf", stream.getvalue()))

    assert "**Text**: none. The pages may be pictures of text" in found.text
    assert len(found.images) == 1


HOSTILE = {
    "empty": b"%PDF-1.7\n",
    "noise": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "cut": pdf(3)[:200],
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_document_is_told(tmp_path, name):
    found = await answered(asked([TEXT, part(write(tmp_path / "bad.pdf", HOSTILE[name]))]))

    assert "### PDF: bad.pdf\n\n**It could not be read**: This file is damaged" in found.text


async def test_page_of_a_strange_shape_is_drawn_small(tmp_path):
    wide = pdf(1).replace(b"[0 0 595 842]", b"[0 0 14400 1]")
    found = await inspected(write(tmp_path / "wide.pdf", wide))

    [page] = found.pictures()
    assert (page.width, page.height) == (1000, 1)
