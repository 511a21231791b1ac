"""Cut sound where nobody speaks, and long speech where it is quietest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.media.worker.codecs.pcm import SECOND

LONGEST = 12
"""Seconds of one stretch: the recogniser's memory and its patience end there."""

SEARCHED = 4
"""Seconds at the end of a stretch that is too long in which it is cut at the quietest place."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Speech, and the second of the file at which it begins."""

    start: float
    sound: bytes

    @property
    def seconds(self) -> float:
        return len(self.sound) / SECOND


class Segmenter:
    """Takes 16 kHz sound in any pieces; `endpointer` is pocketsphinx's, which is what finds the speech."""

    def __init__(self, endpointer: Any) -> None:
        self._endpointer = endpointer
        self._frame: int = endpointer.frame_bytes
        self._waiting = bytearray()
        self._speech = bytearray()
        self._levels: list[int] = []
        self._start = 0.0
        self._taken = 0

    @property
    def seconds(self) -> float:
        """How much was taken in."""
        return self._taken / SECOND

    def feed(self, sound: bytes) -> Iterator[SpeechSegment]:
        """The stretches that end within this sound."""
        self._taken += len(sound)
        self._waiting += sound
        at = 0
        while len(self._waiting) - at > self._frame:  # the last frame is kept for `end`
            frame = bytes(self._waiting[at : at + self._frame])
            at += self._frame
            yield from self._take(self._endpointer.process(frame))
        del self._waiting[:at]

    def end(self) -> Iterator[SpeechSegment]:
        """What was being said when the sound ended."""
        if self._waiting:
            yield from self._take(self._endpointer.end_stream(bytes(self._waiting)))
        if self._speech:
            yield self._cut(len(self._speech))

    def _take(self, speech: bytes | None) -> Iterator[SpeechSegment]:
        if speech is None:
            return
        if not self._speech:
            self._start = self._endpointer.speech_start
        self._speech += speech
        self._levels.append(sum(map(abs, memoryview(speech).cast("h"))))
        if not self._endpointer.in_speech:
            yield self._cut(len(self._speech))
        elif len(self._speech) >= LONGEST * SECOND:
            yield self._cut(self._quietest())

    def _cut(self, size: int) -> SpeechSegment:
        stretch = SpeechSegment(self._start, bytes(self._speech[:size]))
        del self._speech[:size]
        del self._levels[: size // self._frame]
        self._start += stretch.seconds
        return stretch

    def _quietest(self) -> int:
        """Bytes up to the middle of the quietest place near the end."""
        searched = range(len(self._levels) - SEARCHED * SECOND // self._frame, len(self._levels) - 1)
        quietest = min(searched, key=lambda at: sum(self._levels[at - 1 : at + 2]))
        return quietest * self._frame
