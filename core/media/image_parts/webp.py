"""The chunks of a WebP. https://developers.google.com/speed/webp/docs/riff_container"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from core.media.image_parts.parts import EXIF_NAME, MOST, Data, Part, cut_off, damaged, orientation_only

SHOWN = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
EXTENDED, EXIF = b"VP8X", b"EXIF"
HAS_EXIF, HAS_XMP = 0x08, 0x04
"""Bits of the first byte of `VP8X`."""


def webp(data: Data) -> Iterator[Part]:
    """Raises `UnreadableImage`."""
    whole = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < whole:
        raise cut_off()
    found = list(chunks(data, whole))
    if all(kind in SHOWN or (kind == EXTENDED and plain(data, at)) for kind, at, _end in found):
        yield range(whole)
        return
    exif = next(
        (tiff for kind, at, end in found if kind == EXIF and (tiff := turned(data[at + 8 : end]))), b""
    )
    parts: list[Part] = []
    for kind, at, end in found:
        if kind == EXTENDED:
            parts += [range(at, at + 8), flags(data[at + 8], exif), range(at + 9, end)]
        elif kind in SHOWN:
            parts.append(range(at, end))
    if exif:
        parts.append(EXIF + struct.pack("<I", len(exif)) + exif)
    yield b"RIFF" + struct.pack("<I", 4 + sum(map(len, parts))) + b"WEBP"
    yield from parts


def chunks(data: Data, whole: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, first byte, byte after the last) of each chunk; those of odd length have a byte more."""
    at = 12
    for _ in range(MOST):
        if at >= whole:
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if at + 8 + size > whole:
            raise cut_off()
        yield data[at : at + 4], at, min(end, whole)
        at = end
    raise damaged()


def plain(data: Data, at: int) -> bool:
    """Whether `VP8X` announces neither Exif nor XMP."""
    return not data[at + 8] & (HAS_EXIF | HAS_XMP)


def flags(byte: int, exif: bytes) -> bytes:
    return bytes([byte & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if exif else 0)])


def turned(body: bytes) -> bytes:
    """Some writers begin Exif as in a JPEG."""
    return orientation_only(body.removeprefix(EXIF_NAME))
