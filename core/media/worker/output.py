"""What a job sends out of the worker: events and bytes. Sending raises once the job was cancelled."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from core.media.worker.protocol import BYTES, pack, pack_event

COALESCE = 4096
"""Bytes that are gathered into one frame after a job's first audio: 85 ms of pcm."""


class Cancelled(Exception):
    """The caller cancelled the job: unwind, close what is open, send nothing more."""


class JobError(Exception):
    """A job that cannot be done as requested; `kind` is `invalid`, `unsupported` or `unavailable`."""

    def __init__(self, kind: str, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.param = param
        self.code = code

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the `error` event, from which the server side raises its error."""
        return {"kind": self.kind, "message": str(self), "param": self.param, "code": self.code}


class Output:
    """Frames of one job. Every method raises `Cancelled` once the job is cancelled."""

    def __init__(self, job: int, write: Callable[[bytes], object], cancelled: Collection[int]) -> None:
        self.job = job
        self._write = write
        self._cancelled = cancelled
        self._audio = bytearray()
        self._words: list[tuple[str, float, float]] = []
        self._audio_sent = False

    def check(self) -> None:
        if self.job in self._cancelled:
            raise Cancelled

    def event(self, name: str, **fields: Any) -> None:
        self.check()
        self._write(pack_event(self.job, {"event": name, **fields}))

    def words(self, words: list[tuple[str, float, float]]) -> None:
        """Word, start and end in seconds; sent before the audio that was gathered at the same time."""
        self._words += words

    def audio(self, data: bytes) -> None:
        """The first bytes leave at once, later ones in frames of a few kilobytes."""
        self.check()
        self._audio += data
        if not self._audio_sent or len(self._audio) >= COALESCE:
            self.flush()

    def image(self, data: bytes, media_type: str, title: str) -> None:
        """A whole rendered image: its bytes, then the event `rendered`, which describes them."""
        self.flush()
        self._write(pack(BYTES, self.job, data))
        self.event("rendered", media_type=media_type, title=title, size=len(data))

    def flush(self) -> None:
        """Send what was gathered."""
        self.check()
        if self._words:
            self._write(pack_event(self.job, {"event": "words", "words": self._words}))
            self._words = []
        if self._audio:
            self._audio_sent = True
            self._write(pack(BYTES, self.job, bytes(self._audio)))
            self._audio.clear()
