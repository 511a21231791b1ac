"""What a job sends out of the worker: events and bytes. Sending raises once the job was cancelled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from core.media.worker.protocol import BYTES, pack, pack_event

COALESCE = 4096
"""Bytes that are gathered into one frame after a job's first audio: 85 ms of pcm."""

PART = 4 * 1024**2
"""Bytes of a file that go into one frame."""

NOTHING = {"pieces": 0, "words": 0, "events": 0}
"""What of a job's output is left out: a job that begins again after its process died repeats it."""


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
    """Frames of one job. Every method raises `Cancelled` once the job is cancelled.

    `input_ended` says whether the file that the job reads is whole, as of the step that runs.
    """

    def __init__(
        self,
        job: int,
        write: Callable[[bytes], object],
        cancelled: Collection[int],
        skip: Mapping[str, int] = NOTHING,
    ) -> None:
        self.job = job
        self._write = write
        self._cancelled = cancelled
        self._audio = bytearray()
        self._words: list[tuple[str, float, float]] = []
        self._pieces = 0
        self._audio_sent = False
        self._skip = dict(skip)
        self.input_ended = True

    def check(self) -> None:
        if self.job in self._cancelled:
            raise Cancelled

    def event(self, name: str, **fields: Any) -> None:
        self.check()
        if not self._skipped("events", 1):
            self._write(pack_event(self.job, {"event": name, **fields}))

    def words(self, words: list[tuple[str, float, float]]) -> None:
        """Word, start and end in seconds; sent before the audio that was gathered at the same time."""
        self._words += words[self._skipped("words", len(words)) :]

    def audio(self, data: bytes, pieces: int = 1) -> None:
        """The first bytes leave at once, later ones in frames of a few kilobytes.

        `data` is one piece, such as a packet, or its bytes are as many pieces. Pieces of the same number hold
        the same passage, whenever the job runs; their bytes may differ.
        """
        self.check()
        skipped = self._skipped("pieces", pieces)
        if skipped == pieces:
            return
        self._audio += data[skipped:]
        self._pieces += pieces - skipped
        if not self._audio_sent or len(self._audio) >= COALESCE:
            self.flush()

    def image(self, data: bytes, media_type: str, title: str) -> None:
        """A whole rendered image: its bytes, then the event `rendered`, which describes them."""
        self.file(data, "rendered", media_type=media_type, title=title)

    def file(self, data: bytes, event: str, **fields: Any) -> None:
        """A whole file: its bytes in parts, each a piece of output, then an event with its size."""
        self.flush()
        for at in range(0, len(data), PART):
            self.check()
            if not self._skipped("pieces", 1):
                self._write(pack(BYTES, self.job, data[at : at + PART], 1))
        self.event(event, **fields, size=len(data))

    def flush(self) -> None:
        """Send what was gathered."""
        self.check()
        if self._words:
            self._write(pack_event(self.job, {"event": "words", "words": self._words}))
            self._words = []
        if self._audio:
            self._audio_sent = True
            self._write(pack(BYTES, self.job, bytes(self._audio), self._pieces))
            self._audio.clear()
            self._pieces = 0

    def _skipped(self, what: str, count: int) -> int:
        """How many of the next `count` are left out."""
        skipped = min(self._skip[what], count)
        self._skip[what] -= skipped
        return skipped
