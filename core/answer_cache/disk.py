"""Entries as files of one folder, for a server without Redis.

The folder is its own index: a file's name is the key, its modification time is when it expires. Every process
reads the folder when it starts and when the sum that it knows goes above the bound, so several may share it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

log = logging.getLogger("polyphony.cache")

KEY = re.compile(r"[0-9a-f]{64}")
UNFINISHED = ".part"
UNFINISHED_SECONDS = 600
"""After so long a file that was never finished is deleted."""
ROOM_LEFT = 0.9
"""Where the bound is passed the oldest entries go until this share of it is used."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`written` and `expires` in seconds since 1970."""

    path: str
    size: int
    written: float
    expires: float


class DiskStore:
    """At most `most` bytes in all and `largest` in one entry; files of mode 0600 in a folder of mode 0700."""

    def __init__(self, folder: Path, most: int, largest: int) -> None:
        self.folder = folder
        self.most = most
        self.largest = largest
        self._used: int | None = None
        self._lock = Lock()

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self.read, key)

    async def put(self, key: str, data: bytes, seconds: int) -> None:
        await asyncio.to_thread(self.write, key, data, seconds)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self.remove, str(self.folder / key))

    def read(self, key: str) -> bytes | None:
        """The entry; None where there is none, it has expired, or it cannot be read."""
        try:
            with (self.folder / key).open("rb") as file:
                if os.fstat(file.fileno()).st_mtime <= time.time():
                    return None
                return file.read(self.largest + 1)
        except OSError:
            return None

    def write(self, key: str, data: bytes, seconds: int) -> None:
        """Write a file beside the entry and put it in its place: nobody reads half of one."""
        if len(data) > self.largest:
            return
        part = self.folder / f"{secrets.token_hex(8)}{UNFINISHED}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.make_room(len(data))
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            expires = time.time() + seconds
            os.utime(part, (expires, expires))
            part.replace(self.folder / key)
        except OSError as error:
            log.warning("an answer was not cached: %s", error.strerror)
            self.remove(str(part))

    def make_room(self, size: int) -> None:
        """Count `size` bytes more, and delete the oldest entries where there is no room for them."""
        with self._lock:
            if self._used is None or self._used + size > self.most:
                self._used = self.shrink(size)
            self._used += size

    def shrink(self, size: int) -> int:
        """Delete what has expired, and where `size` bytes do not fit the oldest entries; the bytes left."""
        kept = sorted(self.unexpired(), key=lambda file: file.written, reverse=True)
        used = sum(file.size for file in kept)
        bound = self.most if used + size <= self.most else self.most * ROOM_LEFT
        while kept and used + size > bound:
            oldest = kept.pop()
            self.remove(oldest.path)
            used -= oldest.size
        return used

    def sweep(self) -> int:
        """Delete what has expired and what was never finished; how many entries that was."""
        now = time.time()
        expired = [file.path for file in self.files() if file.expires <= now]
        for path in expired:
            self.remove(path)
        return len(expired)

    def unexpired(self) -> Iterator[StoredFile]:
        """The entries that count; the others are deleted."""
        now = time.time()
        for file in self.files():
            if file.expires > now:
                yield file
            else:
                self.remove(file.path)

    def files(self) -> Iterator[StoredFile]:
        """The entries. A file that is being written is none; one that was never finished is deleted."""
        with suppress(OSError), os.scandir(self.folder) as found:
            for item in found:
                with suppress(OSError):
                    status = item.stat(follow_symlinks=False)
                    expires = status.st_mtime
                    if item.name.endswith(UNFINISHED):
                        if status.st_ctime + UNFINISHED_SECONDS < time.time():
                            self.remove(item.path)
                    elif KEY.fullmatch(item.name):
                        yield StoredFile(item.path, status.st_size, status.st_ctime, expires)

    @staticmethod
    def remove(path: str) -> None:
        with suppress(OSError):
            os.unlink(path)
