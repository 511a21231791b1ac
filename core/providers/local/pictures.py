"""How large a picture is, from its header: no pixel is decoded."""

from __future__ import annotations

from typing import BinaryIO

from core.contract import pictures
from core.contract.pictures import MAX_PIXELS as MAX_PIXELS
from core.providers.local.sniffing import unreadable


def size(file: BinaryIO, container: str) -> tuple[int, int]:
    """Width and height. Raises `Refused` for a damaged header, no pixels or more than `MAX_PIXELS`."""
    try:
        return pictures.size(file, container)
    except pictures.Unreadable as error:
        failure = unreadable(str(error))
    raise failure
