"""Audio in base64, as JSON answers carry it."""

from __future__ import annotations

import binascii
from typing import Any

from core.contract.errors import UpstreamInvalid

NOT_BASE64 = "The provider sent sound that is not base64."


def decode_audio(encoded: Any) -> bytes:
    """The bytes of a base64 string. Raises `UpstreamInvalid` for what is none."""
    if not isinstance(encoded, str):
        raise UpstreamInvalid(NOT_BASE64)
    try:
        return binascii.a2b_base64(encoded, strict_mode=True) if encoded else b""
    except (binascii.Error, ValueError):
        failure = UpstreamInvalid(NOT_BASE64)
    raise failure
