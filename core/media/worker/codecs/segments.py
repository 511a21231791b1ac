"""Audio split into segments of speech: at pauses, and where a segment gets too long, where it is quietest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.media.worker.codecs.pcm import SECOND

FRAME = 1024
"""Bytes of a frame, 32 ms: the resolution of the detector."""

FRAMES = SECOND / FRAME
"""Frames of a second."""

BLOCK = 32 * FRAME
"""Bytes that the detector is given at once."""

LONGEST = int(29 * FRAMES)
"""Frames of one segment: the recogniser hears 30 seconds at a time."""

PAUSE = int(2 * FRAMES)
"""Frames of silence that end a segment."""

PADDING = int(0.4 * FRAMES)
"""Frames of silence that are kept at both ends of a segment: the first and last sounds are faint."""

SHORTEST = 3
"""Frames with speech that a segment must have: a click has fewer."""

NEIGHBOURS = 3
"""Frames at each side that count where the quietest place is searched."""

SPEECH, SILENCE = 0.5, 0.35
"""Probabilities from which on speech begins, and below which it ends."""

Detector = Callable[[bytes], list[float]]
"""The probability of speech in each frame of audio that consists of whole frames."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Speech, and the second of the file at which it begins."""

    start: float
    audio: bytes

    @property
    def seconds(self) -> float:
        return len(self.audio) / SECOND

    @property
    def end(self) -> float:
        return self.start + self.seconds


class Segmenter:
    """Takes 16 kHz audio in chunks of any size, of which it holds half a minute at most. No two segments have
    sound in common, and none of the speech between them is lost. `speaking`: a segment has begun."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._buffered = bytearray()
        self._size = 0
        self._held = bytearray()
        self._held_from = 0
        self._probabilities: list[float] = []
        self._loudness: list[int] = []
        self.speaking = False
        self._quiet_since: int | None = None

    @property
    def seconds(self) -> float:
        """Duration of the audio so far."""
        return self._size / SECOND

    def feed(self, audio: bytes) -> Iterator[SpeechSegment]:
        """The segments that end within this audio."""
        self._size += len(audio)
        self._buffered += audio
        while len(self._buffered) >= BLOCK:
            block = bytes(self._buffered[:BLOCK])
            del self._buffered[:BLOCK]
            yield from self._add_block(block)

    def end(self) -> Iterator[SpeechSegment]:
        """The segment that was open when the audio ended."""
        if self._buffered:
            silence = -len(self._buffered) % FRAME
            yield from self._add_block(bytes(self._buffered) + bytes(silence))
        if self.speaking:
            yield from self._cut(len(self._probabilities))

    def _add_block(self, block: bytes) -> Iterator[SpeechSegment]:
        for number, probability in enumerate(self._detector(block)):
            yield from self._add(block[number * FRAME : (number + 1) * FRAME], probability)

    def _add(self, frame: bytes, probability: float) -> Iterator[SpeechSegment]:
        self._held += frame
        self._probabilities.append(probability)
        self._loudness.append(sum(map(abs, memoryview(frame).cast("h"))))
        held = len(self._probabilities)
        self._note(probability, held)
        if not self.speaking:
            self._drop(max(0, held - PADDING))
        elif self._quiet_since is not None and held - self._quiet_since >= PAUSE:
            yield from self._cut(self._quiet_since + PADDING)
            self.speaking, self._quiet_since = False, None
            self._drop(max(0, len(self._probabilities) - PADDING))
        elif held >= LONGEST:
            yield from self._cut(self._quietest())

    def _note(self, probability: float, held: int) -> None:
        """Where speech begins, and since when it is quiet."""
        if probability >= SPEECH:
            self.speaking, self._quiet_since = True, None
        elif self.speaking and self._quiet_since is None and probability < SILENCE:
            self._quiet_since = held - 1

    def _cut(self, count: int) -> Iterator[SpeechSegment]:
        """The first `count` of the held frames, if anybody speaks in them."""
        start = self._held_from / SECOND
        audio = bytes(self._held[: min(count * FRAME, self._size - self._held_from)])
        spoken = sum(probability >= SPEECH for probability in self._probabilities[:count])
        self._drop(count)
        if spoken >= SHORTEST:
            yield SpeechSegment(start, audio)

    def _drop(self, count: int) -> None:
        del self._held[: count * FRAME], self._probabilities[:count], self._loudness[:count]
        self._held_from += count * FRAME
        if self._quiet_since is not None:
            self._quiet_since = max(0, self._quiet_since - count)

    def _quietest(self) -> int:
        """The frame in the second half of what is held that has least speech and sound around it."""
        return min(range(LONGEST // 2, LONGEST - NEIGHBOURS), key=self._sound_around)

    def _sound_around(self, at: int) -> tuple[float, int]:
        around = slice(at - NEIGHBOURS, at + NEIGHBOURS + 1)
        return round(sum(self._probabilities[around]), 1), sum(self._loudness[around])
