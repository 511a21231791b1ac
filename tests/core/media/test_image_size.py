from __future__ import annotations

import struct

import pytest

from core.media.image_size import has_alpha
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
