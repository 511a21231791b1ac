"""What the readers of image files share: each yields what is to be kept of a file, in order."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from mmap import mmap

from core.media.image_size import UnreadableImage, orientation

Data = bytes | mmap
Part = range | bytes
"""Bytes of the file, or bytes that stand in for some of it."""
Reader = Callable[[Data], Iterator[Part]]

MOST = 200_000
"""Parts of a file; real ones have some thousands."""
EXIF_NAME = b"Exif\0\0"
UPRIGHT = 1
ORIENTATIONS = range(2, 9)


def cut_off() -> UnreadableImage:
    return UnreadableImage("This picture is cut off: its end is missing.")


def damaged() -> UnreadableImage:
    return UnreadableImage("This picture is damaged.")


def orientation_only(exif: bytes) -> bytes:
    """Exif that tells nothing but how the photo is turned; empty where it is upright. Both begin with the
    TIFF header."""
    turned = orientation(EXIF_NAME + exif)
    if turned not in ORIENTATIONS:
        return b""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
