"""How large a picture is, from its header: no pixel is decoded."""

from __future__ import annotations

from typing import BinaryIO

from core.media import image_size
from core.media.image_size import MAX_PIXELS as MAX_PIXELS
from core.media.worker.codecs.demuxers import unreadable


def size(file: BinaryIO, container: str) -> tuple[int, int]:
    """Width and height. Raises `Refused` for a damaged header, no pixels or more than `MAX_PIXELS`."""
    try:
        return image_size.size(file, container)
    except image_size.Unreadable as error:
        failure = unreadable(str(error))
    raise failure
