"""Files on their way in: on the disk while a request needs them, never whole in memory."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings

from core.api.http.request import MIB
from core.contract.errors import TooLarge, Unavailable
from core.media.file_types import HEAD

FORGOTTEN = 6 * 3600.0
"""Seconds after which a file can only have been left by a process that died."""

SWEPT_EVERY = 3600.0
swept: dict[Path, float] = {}
"""When each folder was last looked through."""


class Incoming:
    """A file of at most `cap` bytes that exists until `close`; its first bytes are kept to tell its kind."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.size = 0
        self.head = b""
        self._pending: list[bytes] = []
        self._waiting = 0
        self._file = opened()
        self.path: str = self._file.name

    def write(self, data: bytes) -> None:
        """Take bytes, to be written by the next `flush`. Raises `TooLarge`."""
        self.size += len(data)
        if self.size > self.cap:
            raise TooLarge(f"The file is larger than {self.cap:,} bytes.", param="file")
        if len(self.head) < HEAD:
            self.head = (self.head + data[:HEAD])[:HEAD]
        self._pending.append(data)
        self._waiting += len(data)

    async def flush(self, least: int = MIB) -> None:
        """Write in a thread what waits, if it is `least` bytes. Raises `Unavailable` on a full disk."""
        if self._waiting >= least:
            await asyncio.to_thread(self.save)

    def save(self) -> None:
        """Write what waits, now. Raises `Unavailable` on a full disk."""
        data, self._pending, self._waiting = b"".join(self._pending), [], 0
        try:
            self._file.write(data)
            return
        except OSError:
            failure = no_room()
        raise failure

    def seal(self) -> None:
        """Nothing more comes: the file stays, what the system keeps for an open one is given back."""
        self._file.close()

    def close(self) -> None:
        self.seal()
        Path(self.path).unlink(missing_ok=True)


def opened() -> Any:
    """A file of our own; unbuffered, because others open it by its path.

    Raises `Unavailable` where none can be made.
    """
    try:
        return NamedTemporaryFile(dir=folder(), buffering=0, delete=False)
    except OSError:
        failure = no_room()
    raise failure


def folder() -> Path:
    """Beside the media: `/tmp` may be memory. Made when it is missing."""
    path = Path(settings.MEDIA_ROOT) / "incoming"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(path)
    return path


def sweep(path: Path) -> None:
    """Now and then: delete what a process left that died."""
    now = time.time()
    if now - swept.get(path, 0.0) < SWEPT_EVERY:
        return
    swept[path] = now
    for old in path.iterdir():
        with suppress(FileNotFoundError):  # another request has deleted it meanwhile
            if old.stat().st_mtime < now - FORGOTTEN:
                old.unlink()


def no_room() -> Unavailable:
    return Unavailable("There is no room to take the file.", code="storage_full", retry_after=30)
