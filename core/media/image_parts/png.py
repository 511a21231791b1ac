"""The chunks of a PNG. https://www.w3.org/TR/png-3/#5Chunk-layout"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from core.media.image_parts.parts import MOST, Data, Part, cut_off, damaged, orientation_only

ANCILLARY = 0x20
"""The bit of a chunk's first letter by which it is not needed to show the picture."""
SHOWN = frozenset(
    b"tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI mDCv cLLi sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
"""Ancillary chunks that decide how the picture looks."""


def png(data: Data) -> Iterator[Part]:
    """Raises `UnreadableImage`."""
    yield range(8)
    at, pixels = 8, False
    for _ in range(MOST):
        head = data[at : at + 8]
        if len(head) < 8:
            raise cut_off()
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        end = at + 12 + size
        if end > len(data):
            raise cut_off()
        pixels = pixels or kind == b"IDAT"
        if kind == b"eXIf":
            if exif := orientation_only(data[at + 8 : end - 4]):
                yield chunk(kind, exif)
        elif not kind[0] & ANCILLARY or kind in SHOWN:
            yield range(at, end)
        if kind == b"IEND":
            if not pixels:
                raise damaged()
            return
        at = end
    raise damaged()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
