"""Keeps pictures in the storage until they expire, without rows: their names say when. It all blocks."""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from core.contract.errors import NotFound, Unavailable
from core.image_files.address import expiry, sign, unsign
from core.media.file_types import FileType, file_type

log = logging.getLogger("polyphony.images")

FOLDER = "images"
SHOWN = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
"""Types by extension that a browser may show; whatever else a provider sends is a download."""

OTHER = FileType("", "application/octet-stream", "bin")
MINUTE = 60
BLOCK = 256 * 1024
MIB = 1024 * 1024
ROOM = 16 * MIB
"""Bytes that are kept free for each picture, so that none is paid for that cannot be stored."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An open file; `seconds` are left until it expires."""

    file: File
    name: str
    media_type: str
    size: int
    seconds: int

    @property
    def is_shown(self) -> bool:
        return self.media_type in SHOWN.values()

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the file, which is closed at the end."""
        with self.file as file:
            while block := file.read(BLOCK):
                yield block


def keeps() -> bool:
    """Whether pictures are kept at all."""
    return settings.IMAGE_URL_SECONDS > 0


def require_room(number: int) -> None:
    """Raise `Unavailable` where the disk has no room for so many pictures. A storage elsewhere has room."""
    with suppress(OSError):
        if shutil.disk_usage(existing(Path(settings.MEDIA_ROOT))).free < number * ROOM:
            raise storage_full()


def existing(folder: Path) -> Path:
    """The folder or the nearest one above it that exists."""
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def save(pictures: Iterable[bytes], seconds: int = 0) -> list[str]:
    """Keep pictures, as long as their addresses last and at least `seconds`; their tokens.

    Raises `Unavailable` where one cannot be stored, and keeps none then.
    """
    now = int(time.time())
    expires = now + max(seconds or settings.IMAGE_URL_SECONDS, settings.IMAGE_URL_SECONDS)
    names: list[str] = []
    try:
        for data in pictures:
            kind = file_type(data[:64]) or OTHER
            extension = kind.extension if kind.extension in SHOWN else OTHER.extension
            names.append(f"{expires}-{secrets.token_urlsafe(18)}.{extension}")
            default_storage.save(path(names[-1]), File(BytesIO(data)))
    except OSError as error:
        log.error("a picture could not be stored: %s", error.strerror)
        for name in names:
            with suppress(OSError):
                default_storage.delete(path(name))
        raise storage_full() from error
    return [sign(name, now + settings.IMAGE_URL_SECONDS) for name in names]


def renew(token: str) -> str:
    """A token that lasts from now, or the same one where its picture is gone."""
    found, now = unsign(token), int(time.time())
    if found is None or expiry(found[0]) <= now or not default_storage.exists(path(found[0])):
        return token
    return sign(found[0], now + settings.IMAGE_URL_SECONDS)


def storage_full() -> Unavailable:
    return Unavailable("There is no room to keep the picture.", code="storage_full", retry_after=30)


def find(token: str) -> StoredImage:
    """The picture of a token. Raises `NotFound`, whether it has expired or never was."""
    name, until = unsign(token) or ("", 0)
    seconds = until - int(time.time())
    if seconds <= 0:
        raise not_found()
    try:
        file = default_storage.open(path(name), "rb")
    except OSError as error:
        raise not_found() from error
    media_type = SHOWN.get(name.rpartition(".")[2], OTHER.media_type)
    return StoredImage(file, f"image.{name.rpartition('.')[2]}", media_type, file.size, seconds)


def not_found() -> NotFound:
    return NotFound("There is no such picture, or its address has expired.", code="image_not_found")


def path(name: str) -> str:
    """In the storage: files that expire within one minute share a folder."""
    return f"{FOLDER}/{-(-expiry(name) // MINUTE) * MINUTE}/{name}"


def sweep() -> int:
    """Delete what has expired; how many pictures it were."""
    try:
        folders = default_storage.listdir(FOLDER)[0]
    except (FileNotFoundError, NotImplementedError):
        return 0
    old = [folder for folder in folders if folder.isdecimal() and int(folder) <= time.time()]
    return sum(delete_folder(f"{FOLDER}/{folder}") for folder in old)


def delete_folder(folder: str) -> int:
    """Delete a folder that nothing is added to any more; another process may do the same."""
    deleted = 0
    with suppress(OSError):
        for file in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{file}")
            deleted += 1
        default_storage.delete(folder)
    return deleted
