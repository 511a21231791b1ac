"""Temporary files of requests: on disk, never whole in memory, deleted when the response has ended."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings

from core.contract.errors import TooLarge, Unavailable

STALE_AFTER = 6 * 3600.0
"""Seconds after which a file must have been left behind by a process that died."""

SWEEP_INTERVAL = 3600.0
last_sweeps: dict[Path, float] = {}
"""Unix time of the last sweep of each folder."""


class TemporaryFile:
    """A file of at most `cap` bytes that exists until `close`."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.size = 0
        self._pending: list[bytes] = []
        self._file = create_file()
        self.path: str = self._file.name

    def write(self, data: bytes) -> None:
        """Buffer bytes for the next `save`. Raises `TooLarge`."""
        self.size += len(data)
        if self.size > self.cap:
            raise TooLarge(f"The file is larger than {self.cap:,} bytes.", param="file")
        self._pending.append(data)

    async def flush(self) -> None:
        """Write buffered bytes in a thread. Raises `Unavailable` on a full disk."""
        if self._pending:
            await asyncio.to_thread(self.save)

    def save(self) -> None:
        """Write buffered bytes now, blocking. Raises `Unavailable` on a full disk."""
        data, self._pending = b"".join(self._pending), []
        try:
            self._file.write(data)
            return
        except OSError:
            failure = storage_full()
        raise failure

    def end_writing(self) -> None:
        """Close the file handle; the file stays."""
        self._file.close()

    def close(self) -> None:
        """Delete the file."""
        self.end_writing()
        Path(self.path).unlink(missing_ok=True)


def create_file() -> Any:
    """A new file; unbuffered, because others open it by its path. Raises `Unavailable`."""
    try:
        return NamedTemporaryFile(dir=folder(), buffering=0, delete=False)
    except OSError:
        failure = storage_full()
    raise failure


def folder() -> Path:
    """The folder for them, in MEDIA_ROOT because `/tmp` may be in memory. Created where it is missing."""
    path = Path(settings.MEDIA_ROOT) / "incoming"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(path)
    return path


def sweep(path: Path) -> None:
    """At most once per `SWEEP_INTERVAL`: delete files that a process left behind."""
    now = time.time()
    if now - last_sweeps.get(path, 0.0) < SWEEP_INTERVAL:
        return
    last_sweeps[path] = now
    for old in path.iterdir():
        with suppress(FileNotFoundError):  # another request has deleted it meanwhile
            if old.stat().st_mtime < now - STALE_AFTER:
                old.unlink()


def storage_full() -> Unavailable:
    return Unavailable("There is no room to take the file.", code="storage_full", retry_after=30)
