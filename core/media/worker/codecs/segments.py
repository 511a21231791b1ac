"""Audio split into segments of speech: at pauses, and where a segment gets too long, where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.media.worker.codecs.pcm import SECOND

MAX_SECONDS = 12
"""Seconds of one segment, which bounds the recogniser's memory and time."""

SEARCH_SECONDS = 4
"""Seconds at the end of a segment that is too long within which it is cut at the quietest place."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Speech, and the second of the file at which it begins."""

    start: float
    audio: bytes

    @property
    def seconds(self) -> float:
        return len(self.audio) / SECOND


class Segmenter:
    """Takes 16 kHz audio in chunks of any size; `endpointer` is pocketsphinx's voice activity detector."""

    def __init__(self, endpointer: Any) -> None:
        self._endpointer = endpointer
        self._frame: int = endpointer.frame_bytes
        self._buffered = bytearray()
        self._speech = bytearray()
        self._levels: list[int] = []
        self._start = 0.0
        self._size = 0

    @property
    def seconds(self) -> float:
        """Duration of the audio so far."""
        return self._size / SECOND

    def feed(self, audio: bytes) -> Iterator[SpeechSegment]:
        """The segments that end within this audio."""
        self._size += len(audio)
        self._buffered += audio
        at = 0
        while len(self._buffered) - at > self._frame:  # the last frame is kept for `end`
            frame = bytes(self._buffered[at : at + self._frame])
            at += self._frame
            yield from self._add_speech(self._endpointer.process(frame))
        del self._buffered[:at]

    def end(self) -> Iterator[SpeechSegment]:
        """The segment that was open when the audio ended."""
        if self._buffered:
            yield from self._add_speech(self._endpointer.end_stream(bytes(self._buffered)))
        if self._speech:
            yield self._cut(len(self._speech))

    def _add_speech(self, speech: bytes | None) -> Iterator[SpeechSegment]:
        if speech is None:
            return
        if not self._speech:
            self._start = self._endpointer.speech_start
        self._speech += speech
        self._levels.append(sum(map(abs, memoryview(speech).cast("h"))))
        if not self._endpointer.in_speech:
            yield self._cut(len(self._speech))
        elif len(self._speech) >= MAX_SECONDS * SECOND:
            yield self._cut(self._quietest())

    def _cut(self, size: int) -> SpeechSegment:
        segment = SpeechSegment(self._start, bytes(self._speech[:size]))
        del self._speech[:size]
        del self._levels[: size // self._frame]
        self._start += segment.seconds
        return segment

    def _quietest(self) -> int:
        """Bytes up to the middle of the quietest frame near the end."""
        searched = range(len(self._levels) - SEARCH_SECONDS * SECOND // self._frame, len(self._levels) - 1)
        quietest = min(searched, key=lambda at: sum(self._levels[at - 1 : at + 2]))
        return quietest * self._frame
