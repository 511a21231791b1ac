"""The report on images: header, EXIF fields, colours; damaged and hostile files."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from core.contract.errors import InvalidRequest
from tests.core.providers.local.inspector.reports import (
    answer,
    chat_request,
    file_part,
    inspect_files,
    table_cells,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

TEXT = {"type": "text", "text": "Look."}


def write_jpeg_with_position(path: Path) -> Path:
    """A JPEG with EXIF fields and a GPS position."""
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


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def test_photograph_is_measured(data):
    found = await inspect_files(data / "samples" / "kiwi.jpg")

    cells = table_cells(found.text)
    assert (cells["Format"], cells["Size"], cells["Megapixels"]) == (
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
    found = await inspect_files(tmp_path / "flag.png")

    assert "| `#FF0000` | red | 75% | ██████████ |" in found.text
    assert "| `#0000FF` | blue | 25% | ███ |" in found.text


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
async def test_every_pixel_mode_is_read(tmp_path, mode):
    name = "picture.jpg" if mode == "CMYK" else "picture.png"
    Image.new(mode, (30, 20)).save(tmp_path / name)

    assert table_cells((await inspect_files(tmp_path / name)).text)["Size"] == "30 × 20 pixels"


async def test_transparency_is_reported(tmp_path):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 40, 20))
    image.save(tmp_path / "half.png")
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "none.png")
    found = await inspect_files(tmp_path / "half.png", tmp_path / "none.png")

    assert "Brightness 100%: very bright. 50% is see-through." in found.text
    assert "100% is see-through." in found.text


async def test_position_is_left_out_and_mentioned(tmp_path):
    found = await inspect_files(write_jpeg_with_position(tmp_path / "here.jpg"))

    assert "**The file holds the position where the picture was taken.** It is left out here." in found.text
    assert not [line for line in found.text.splitlines() if "GPS" in line or "52" in line]
    cells = table_cells(found.text)
    assert (cells["Make"], cells["Model"]) == ("Acme \\| Corp", "\\<b\\>Shot\\</b\\> 3000")
    assert cells["FNumber"] == "2.8"


async def test_frames_of_an_animation_are_counted(tmp_path):
    frames = [Image.new("RGB", (8, 8), (50 * number, 0, 0)) for number in range(5)]
    for kind in ("gif", "webp", "png"):
        frames[0].save(
            tmp_path / f"moving.{kind}", save_all=True, append_images=frames[1:], duration=200, lossless=True
        )
    found = [
        table_cells((await inspect_files(tmp_path / f"moving.{kind}")).text)
        for kind in ("gif", "webp", "png")
    ]

    assert [cells["Animation"] for cells in found] == ["5 frames in 1.0 s", "5 frames", "5 frames"]


BOMBS = {
    "claims": png(50_000, 50_000),
    "nothing": png(0, 10),
    "short": png(100, 100, zlib.compress(bytes(10))),
    "garbage": png(100, 100, b"no zlib"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_hostile_image_is_reported_and_the_worker_lives(tmp_path, name):
    request = chat_request([TEXT, file_part(write(tmp_path / "bomb.png", BOMBS[name]))])
    found = await answer(request)

    assert "could not be" in found.text
    assert found.finish == "stop"


async def test_too_large_image_names_the_limit(tmp_path):
    with pytest.raises(InvalidRequest, match="A picture may have 100,000,000 pixels"):
        await inspect_files(write(tmp_path / "bomb.png", BOMBS["claims"]))


async def test_truncated_photograph_keeps_what_was_measured(data, tmp_path):
    whole = (data / "samples" / "kiwi.jpg").read_bytes()
    found = await inspect_files(write(tmp_path / "half.jpg", whole[: len(whole) // 2]))

    assert table_cells(found.text)["Size"] == "597 × 566 pixels"
    assert "**The rest of it could not be measured**: This picture is damaged" in found.text
