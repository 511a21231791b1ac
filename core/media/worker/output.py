"""A job's way out of the worker: its events and bytes, and the moment it learns that nobody listens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from core.media.worker.protocol import BYTES, pack, pack_event

COALESCE = 4096
"""Bytes that are gathered into one frame after a job's first sound: 85 ms of pcm."""


class Cancelled(Exception):
    """The caller went away: unwind, close what is open, say nothing more."""


class JobError(Exception):
    """A job that cannot be done as asked; `kind` is `invalid`, `unsupported` or `unavailable`."""

    def __init__(self, kind: str, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.param = param
        self.code = code

    @property
    def fields(self) -> dict[str, Any]:
        """What the server side makes its error of."""
        return {"kind": self.kind, "message": str(self), "param": self.param, "code": self.code}


class Output:
    """Frames of one job. Every method raises `Cancelled` once the job is cancelled."""

    def __init__(self, job: int, write: Callable[[bytes], object], cancelled: Collection[int]) -> None:
        self.job = job
        self._write = write
        self._cancelled = cancelled
        self._sound = bytearray()
        self._words: list[tuple[str, float, float]] = []
        self._opened = False

    def check(self) -> None:
        if self.job in self._cancelled:
            raise Cancelled

    def event(self, name: str, **fields: Any) -> None:
        self.check()
        self._write(pack_event(self.job, {"event": name, **fields}))

    def words(self, words: list[tuple[str, float, float]]) -> None:
        """Word, start and end in seconds; sent ahead of the sound gathered at the same time."""
        self._words += words

    def sound(self, data: bytes) -> None:
        """The first bytes leave at once, later ones in frames of a few kilobytes."""
        self.check()
        self._sound += data
        if not self._opened or len(self._sound) >= COALESCE:
            self.flush()

    def picture(self, data: bytes, media_type: str, title: str) -> None:
        """A whole picture: its bytes, then what they were."""
        self.flush()
        self._write(pack(BYTES, self.job, data))
        self.event("picture", media_type=media_type, title=title, size=len(data))

    def flush(self) -> None:
        """Send what was gathered."""
        self.check()
        if self._words:
            self._write(pack_event(self.job, {"event": "words", "words": self._words}))
            self._words = []
        if self._sound:
            self._opened = True
            self._write(pack(BYTES, self.job, bytes(self._sound)))
            self._sound.clear()
