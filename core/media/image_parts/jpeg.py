"""The segments of a JPEG. https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from core.media.image_parts.parts import (
    EXIF_NAME,
    MOST,
    Data,
    Part,
    cut_off,
    damaged,
    orientation_only,
)
from core.media.image_size import EXIF, NO_LENGTH

END, SCAN, COMMENT = 0xD9, 0xDA, 0xFE
APPLICATIONS = range(0xE0, 0xF0)
SHOWN = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Segments of applications that decide how the picture looks, and how these begin."""
AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""A marker that ends compressed pixels: in them 0xFF is followed by 0, or restarts them."""


def jpeg(data: Data) -> Iterator[Part]:
    """Raises `UnreadableImage`."""
    yield range(2)
    at = 2
    for _ in range(MOST):
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        head = data[at : at + 4]
        if len(head) < 2:
            raise cut_off()
        if head[0] != 0xFF:
            raise damaged()
        marker = head[1]
        if marker == END or marker in NO_LENGTH:
            yield range(at, at + 2)
            at += 2
            if marker == END:
                return
            continue
        end = at + 2 + int.from_bytes(head[2:], "big")
        if len(head) < 4 or end > len(data):
            raise cut_off()
        yield from kept(data, marker, at, end)
        at = end
        if marker == SCAN:
            found = AFTER_SCAN.search(data, at)
            if found is None:
                raise cut_off()
            yield range(at, found.start())
            at = found.start()
    raise damaged()


def kept(data: Data, marker: int, at: int, end: int) -> Iterator[Part]:
    """A segment, or what stays of it."""
    body = data[at + 4 : end]
    if is_shown(marker, body):
        yield range(at, end)
    elif marker == EXIF and body.startswith(EXIF_NAME):
        exif = orientation_only(body[len(EXIF_NAME) :])
        if exif:
            yield struct.pack(">BBH", 0xFF, EXIF, 2 + len(EXIF_NAME + exif)) + EXIF_NAME + exif


def is_shown(marker: int, body: bytes) -> bool:
    if marker in SHOWN:
        return body.startswith(SHOWN[marker])
    return marker not in APPLICATIONS and marker != COMMENT
