"""Temporary files of requests: on disk, never whole in memory, deleted when the response has ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from core.api.files.incoming_folder import incoming_folder
from core.contract.errors import TooLarge, Unavailable


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
        return NamedTemporaryFile(dir=incoming_folder(), buffering=0, delete=False)
    except OSError:
        failure = storage_full()
    raise failure


def storage_full() -> Unavailable:
    return Unavailable("There is no room to take the file.", code="storage_full", retry_after=30)
