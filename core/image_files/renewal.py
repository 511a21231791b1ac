"""The addresses of pictures in an answer that is sent again."""

from __future__ import annotations

import re

from core.image_files.store import renew

PLACE = b"/images/files/"
TOKEN = re.compile(rb"(?<=" + PLACE + rb")[A-Za-z0-9_.~-]+")


def has_addresses(body: bytes) -> bool:
    return PLACE in body


def renewed(body: bytes) -> bytes:
    """The body with addresses that last from now, as far as their pictures are still there; blocking."""
    return TOKEN.sub(lambda found: renew(found[0].decode()).encode(), body)
