"""An image of an answer: bytes from a data URL, or an https address."""

from __future__ import annotations

import binascii
import re
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.media.file_types import HEAD, file_type

DATA_URL = re.compile(r"data:(image/[a-z0-9.+-]{1,40})(?:;[^,;]{1,40})*;base64,", re.IGNORECASE)


def read_image(value: Any) -> tuple[str, bytes, str]:
    """(media type, bytes, address) of one image; one with an address has neither of the others.

    The media type is that of the first bytes, or else that of the data URL. Raises `UpstreamInvalid`.
    """
    url = value.get("image_url") if isinstance(value, dict) else None
    url = url.get("url") if isinstance(url, dict) else url
    if isinstance(url, str) and url.startswith("https://"):
        return "", b"", url
    found = DATA_URL.match(url) if isinstance(url, str) else None
    if not isinstance(url, str) or not found:
        raise UpstreamInvalid("The provider sent a picture that is neither data nor an address.")
    try:
        content = binascii.a2b_base64(url[found.end() :], strict_mode=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise UpstreamInvalid("The provider sent a picture that is not base64.")
    sniffed = file_type(content[:HEAD])
    media_type = sniffed.media_type if sniffed and sniffed.is_image else found[1].lower()
    return media_type, content, ""
