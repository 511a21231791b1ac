"""A picture in base64, of up to tens of megabytes: decoded block by block, its type read from its bytes."""

from __future__ import annotations

import asyncio
import binascii
import re
from io import BytesIO
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.media.file_types import HEAD, file_type
from core.providers.shared.images.remote import TAKEN

BLOCK = 1024 * 1024
"""Characters decoded in one go: a multiple of 4. One call for all of them would hold up every thread."""
DATA_URL = re.compile(r"data:image/[a-z0-9.+-]{1,40}(?:;[^,;]{1,40})*;base64,", re.IGNORECASE)


async def decode_image(encoded: Any) -> tuple[str, bytes]:
    """(media type, bytes) of a base64 string, with a `data:` label or without. Raises `UpstreamInvalid` for
    what is none, and for what is no picture of `TAKEN`."""
    if not isinstance(encoded, str):
        raise UpstreamInvalid("The provider sent a picture that is not base64.")
    if len(encoded) > BLOCK:
        return await asyncio.to_thread(decoded, encoded)
    return decoded(encoded)


def decoded(encoded: str) -> tuple[str, bytes]:
    """As `decode_image`; blocking."""
    label = DATA_URL.match(encoded)
    data = decode_blocks(encoded, label.end() if label else 0)
    return media_type_of(data), data


def decode_blocks(encoded: str, at: int = 0) -> bytes:
    """The bytes from `at` on. The buffer becomes the result: it is never there twice."""
    found = BytesIO()
    try:
        for start in range(at, len(encoded), BLOCK):
            found.write(binascii.a2b_base64(encoded[start : start + BLOCK], strict_mode=True))
    except (binascii.Error, ValueError):
        failure = UpstreamInvalid("The provider sent a picture that is not base64.")
    else:
        return found.getvalue()
    raise failure


def media_type_of(data: bytes) -> str:
    """The media type by the first bytes. Raises `UpstreamInvalid` for any that is not of `TAKEN`."""
    found = file_type(data[:HEAD])
    if found is None or found.media_type not in TAKEN:
        raise UpstreamInvalid("The provider sent a picture of an unknown type.")
    return found.media_type
