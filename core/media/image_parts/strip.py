"""Image files without their metadata: every pixel stays, and how a photo is turned.

What goes is where and when a photo was taken, with what and by whom: Exif, XMP, texts, comments, previews,
and whatever follows the picture in its file.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Mapping
from typing import IO

from core.media.image_parts.gif import gif
from core.media.image_parts.jpeg import jpeg
from core.media.image_parts.parts import Data, Part, Reader
from core.media.image_parts.png import png
from core.media.image_parts.webp import webp

READERS: Mapping[str, Reader] = {"png": png, "jpeg": jpeg, "webp": webp, "gif": gif}
"""By the container's name."""


def check_whole(file: IO[bytes], container: str) -> None:
    """Read the structure of a file to its end. Raises `UnreadableImage` for what is cut off or damaged."""
    for _ in READERS[container](contents(file)):
        pass


def strip(file: IO[bytes], container: str, target: IO[bytes]) -> bool:
    """Write the file to `target` without metadata; False, and nothing written, where it has none.

    Raises `UnreadableImage`.
    """
    data = contents(file)
    parts = list(READERS[container](data))
    if is_all(parts, data):
        return False
    for part in parts:
        target.write(part if isinstance(part, bytes) else memoryview(data)[part.start : part.stop])
    return True


def contents(file: IO[bytes]) -> Data:
    """The whole file, mapped into memory where it is on disk."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (io.UnsupportedOperation, OSError, ValueError):
        file.seek(0)
        return file.read()


def is_all(parts: list[Part], data: Data) -> bool:
    """Whether the parts are the whole file."""
    at = 0
    for part in parts:
        if isinstance(part, bytes) or part.start != at:
            return False
        at = part.stop
    return at == len(data)
