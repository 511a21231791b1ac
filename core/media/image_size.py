"""The width and height of an image as it is shown, from its header: no pixel is decoded.

The orientation of a photo: Exif 2.32, tag 0x0112, https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

MAX_PIXELS = 100_000_000
MARKERS = 1000
NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers: those without a body; those that begin a frame and hold its size."""
EXIF, ORIENTATION, TURNED = 0xE1, 0x0112, (5, 6, 7, 8)
EXIF_HEAD = 128 * 1024
"""Bytes in which the Exif part of a JPEG begins and tells its orientation."""


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES_WITH_ALPHA = (4, 6)
CHUNKS = 1000
"""How many parts of a PNG are looked at before its pixels."""


class UnreadableImage(ValueError):
    """What is wrong with an image, as a sentence for users."""


def size(file: BinaryIO, container: str) -> tuple[int, int]:
    """Width and height. Raises `UnreadableImage` for a damaged header, no pixels or too many."""
    file.seek(0)
    try:
        width, height = READERS[container](file)
    except (struct.error, IndexError):
        raise UnreadableImage("The header of this picture is damaged.") from None
    if not width or not height:
        raise UnreadableImage("This picture has no pixels.")
    if width * height > MAX_PIXELS:
        raise UnreadableImage(f"A picture may have {MAX_PIXELS:,} pixels; this one has {width * height:,}.")
    return width, height


def png(file: BinaryIO) -> tuple[int, int]:
    head = file.read(24)
    if head[12:16] != b"IHDR":
        raise IndexError
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def has_alpha(path: Path | str) -> bool:
    """Whether the PNG at `path` has transparency: an alpha channel, or a colour of its palette marked so."""
    with open(path, "rb") as file:
        head = file.read(33)
        if head[:8] != PNG_SIGNATURE or len(head) < 33:
            return False
        if head[25] in COLOUR_TYPES_WITH_ALPHA:
            return True
        for _ in range(CHUNKS):
            chunk = file.read(8)
            if len(chunk) < 8 or chunk[4:] in (b"IDAT", b"IEND"):
                return False
            if chunk[4:] == b"tRNS":
                return True
            file.seek(int.from_bytes(chunk[:4], "big") + 4, 1)
    return False


def gif(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack("<HH", file.read(10)[6:])
    return width, height


def jpeg(file: BinaryIO) -> tuple[int, int]:
    """Width and height are exchanged where a photo is shown turned."""
    turned = False
    file.seek(2)
    for _ in range(MARKERS):
        if file.read(1) != b"\xff":
            break
        marker = file.read(1)[0]
        while marker == 0xFF:
            marker = file.read(1)[0]
        if marker in NO_LENGTH:
            continue
        [length] = struct.unpack(">H", file.read(2))
        if marker in FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return (height, width) if turned else (width, height)
        body = file.read(max(0, length - 2)) if marker == EXIF else b""
        turned = turned or orientation(body) in TURNED
        file.seek(max(0, length - 2) - len(body), 1)
    raise IndexError


def orientation(exif: bytes) -> int:
    """The orientation that an Exif part tells, 1 to 8; 1 where it tells none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[6:8])
    if not exif.startswith(b"Exif\0\0") or order is None:
        return 1
    tiff = exif[6:]
    try:
        [at] = struct.unpack_from(f"{order}I", tiff, 4)
        [count] = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, value = struct.unpack_from(f"{order}H6xH", tiff, entry)
            if tag == ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 1


def is_turned(path: Path | str) -> bool:
    """Whether the JPEG at `path` is shown otherwise than its pixels lie."""
    with open(path, "rb") as file:
        head = file.read(EXIF_HEAD)
    found = head.find(b"Exif\0\0")
    return head[:2] == b"\xff\xd8" and found > 0 and orientation(head[found:]) != 1


def webp(file: BinaryIO) -> tuple[int, int]:
    head = file.read(30)
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8L":
        [bits] = struct.unpack("<I", head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form != b"VP8 ":
        raise IndexError
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


READERS = {"png": png, "gif": gif, "jpeg": jpeg, "webp": webp}
