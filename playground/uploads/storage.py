"""Files into the storage: whole, or not at all."""

from __future__ import annotations

import logging
from contextlib import suppress

from django.core.files.base import File
from django.core.files.storage import default_storage

from core.contract.errors import Unavailable

log = logging.getLogger("polyphony.uploads")


def save_file(name: str, content: File) -> str:
    """Store `content`; the name it got. Raises `Unavailable` when the disk refuses; nothing is left then."""
    try:
        return default_storage.save(name, content)
    except OSError as error:
        log.error("a file could not be stored: %s", error.strerror)
        with suppress(OSError):
            default_storage.delete(name)
        raise storage_failed() from error


def storage_failed() -> Unavailable:
    return Unavailable("The server could not store the file.", code="storage_failed", retry_after=30)
