from __future__ import annotations

import struct

import pytest

from core.media.image_size import has_alpha, is_turned, size
from core.providers.rehearsal.picture import SIGNATURE, board, chunk


def png(colour_type: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 4, 4, 8, colour_type, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks)


DATA, END = chunk(b"IDAT", b"\0"), chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "alpha"),
    [
        (png(6, DATA), True),
        (png(4, DATA), True),
        (png(2, DATA), False),
        (png(0, DATA), False),
        (board(8, 8, "words", transparent=True), True),
        (board(8, 8, "words"), False),
        (png(2, chunk(b"tEXt", b"a" * 500), chunk(b"tRNS", b"\0"), DATA), True),
        (png(2, DATA, chunk(b"tRNS", b"\0")), False),
        (png(2, END), False),
        (png(2), False),
        (png(2, chunk(b"tEXt", b"cut")[:6]), False),
        (b"\xff\xd8\xff" + bytes(60), False),
        (b"", False),
    ],
)
def test_transparency_of_a_png_is_read_from_its_head(tmp_path, content, alpha):
    path = tmp_path / "image.png"
    path.write_bytes(content)
    assert has_alpha(path) is alpha


def photo(orientation: int, order: str = "<") -> bytes:
    """The head of a JPEG of 80 x 40 pixels."""
    entries = struct.pack(f"{order}HHII", 0x010F, 2, 1, 0)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}IH", 8, 2) + entries
    parts = [(0xE0, b"JFIF\0"), (0xE1, b"Exif\0\0" + tiff), (0xC0, struct.pack(">BHHB", 8, 40, 80, 3))]
    bodies = (b"\xff" + bytes([mark]) + struct.pack(">H", len(body) + 2) + body for mark, body in parts)
    return b"\xff\xd8" + b"".join(bodies)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("orientation", "found"),
    [(1, (80, 40)), (3, (80, 40)), (6, (40, 80)), (8, (40, 80)), (99, (80, 40))],
)
def test_a_photo_is_as_large_as_it_is_shown(tmp_path, orientation, order, found):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo(orientation, order))
    with path.open("rb") as file:
        assert size(file, "jpeg") == found
    assert is_turned(path) is (orientation != 1)


def test_a_damaged_exif_part_tells_nothing(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo(6).replace(b"II*\0\x08", b"II*\0\xff"))
    with path.open("rb") as file:
        assert size(file, "jpeg") == (80, 40)
