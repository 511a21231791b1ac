"""Pictures of the rehearsal: chequered boards of two colours, as PNG of one bit per pixel."""

from __future__ import annotations

import struct
import zlib
from hashlib import sha256

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE = 3
"""The colour type of pixels that are places in a palette."""
FIELDS = 8
"""Fields of a finished board in its width and height."""


def colours(words: str) -> tuple[bytes, bytes]:
    """Two colours, three bytes each: the same for the same words."""
    digest = sha256(words.encode(errors="replace")).digest()
    return digest[:3], digest[3:6]


def board(width: int, height: int, words: str, *, fields: int = FIELDS, transparent: bool = False) -> bytes:
    """A board of `fields` times `fields`; the first of its colours is left out where `transparent`."""
    parts = [
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, PALETTE, 0, 0, 0)),
        chunk(b"PLTE", b"".join(colours(words))),
        chunk(b"tRNS", b"\0\xff") if transparent else b"",
        chunk(b"IDAT", pixels(width, height, fields)),
        chunk(b"IEND", b""),
    ]
    return SIGNATURE + b"".join(parts)


def pixels(width: int, height: int, fields: int) -> bytes:
    """The compressed rows, each a byte for its filter (none) and a bit per pixel."""
    rows = [row(width, fields, first) for first in (0, 1)]
    return zlib.compress(b"".join(rows[y * fields // height % 2] for y in range(height)))


def row(width: int, fields: int, first: int) -> bytes:
    bits = "".join(str((x * fields // width + first) % 2) for x in range(width))
    size = -(-width // 8)
    return b"\0" + int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
