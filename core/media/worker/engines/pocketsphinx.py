"""pocketsphinx in steps: one decoder per worker, kept warm, one utterance at a time."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from core.media.worker.codecs.encoders import INSTALL
from core.media.worker.codecs.pcm import RATE, SECOND
from core.media.worker.output import JobError

STEP = SECOND // 2
BLOCK = SECOND // 10
FRAMES = 100
"""Frames per second: the grain of every time it tells."""

MEASURED = round(2.8 * SECOND)
PRIOR = 500
KEPT = 1500
"""Frames: what the mean the engine starts from weighs, and how much of the past a new stretch remembers."""

ZERO = ",".join(["0"] * 13)
SPEECH, MEASURE, ALIGN = "_default", "measure", "_align"
SETTINGS = {"samprate": RATE, "loglevel": "FATAL", "maxhmmpf": 5000, "maxwpf": 20}
"""Measured on twelve versions of one speech: WER 0.29 in half the time of unbounded search with 0.27."""

VARIANT = re.compile(r"\(\d+\)$")

Steps = Generator[None, None, "list[Token]"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its first and last moment in seconds of the utterance, its probability."""

    word: str
    start: float
    end: float
    probability: float


@dataclass(slots=True)
class CepstralMean:
    """What one file's sound is like on average: microphone, room and voice, in cepstra.

    The engine subtracts it. Its own guess adapts over many seconds, in which it mishears nearly everything.
    """

    total: list[float] = field(default_factory=lambda: [0.0] * 13)
    frames: float = 0.0

    def fade(self) -> None:
        """Remember the past no longer than `KEPT` frames."""
        if self.frames > KEPT:
            self.total = [value * KEPT / self.frames for value in self.total]
            self.frames = KEPT

    def add(self, mean: str, frames: int) -> None:
        """`mean` as the engine has it after `frames` that began from a mean of zero."""
        values = [float(value) * (PRIOR + frames) for value in mean.split(",")]
        self.total = [old + new for old, new in zip(self.total, values, strict=True)]
        self.frames += frames

    @property
    def mean(self) -> str:
        return ",".join(f"{value / max(1.0, self.frames):.4f}" for value in self.total)


class Recogniser:
    """Jobs of one worker take turns by utterance: `recognise` and `align` wait, step by step, for theirs.

    They say nothing while they hold it, so that a job that is parked never does.
    """

    def __init__(self, library: Any) -> None:
        self.library = library
        self.decoder = library.Decoder(**SETTINGS)
        self.decoder.add_keyphrase(MEASURE, "hello")  # a search that costs little: only the mean is wanted
        self._busy = False

    def endpointer(self) -> Any:
        return self.library.Endpointer(sample_rate=RATE)

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is in the dictionary."""
        return bool(word) and self.decoder.lookup_word(word) is not None

    def recognise(self, sound: bytes, channel: CepstralMean) -> Steps:
        """The words of one utterance; yields between pieces of half a second."""
        return (yield from self._run(sound, channel, SPEECH))

    def align(self, sound: bytes, words: list[str]) -> Steps:
        """The same, where the words are known; none where they cannot be laid along the sound."""
        return (yield from self._run(sound, CepstralMean(), ALIGN, " ".join(words)))

    def _run(self, sound: bytes, channel: CepstralMean, search: str, text: str = "") -> Steps:
        while self._busy:
            yield
        self._busy = True
        try:
            yield from self._listen(sound, channel)
            if text:
                self.decoder.set_align_text(text)
            else:
                self.decoder.activate_search(search)
            self.decoder.set_cmn(channel.mean)
            yield from self._utterance(sound)
            return list(tokens(self.decoder.seg()))
        finally:
            self._busy = False

    def _listen(self, sound: bytes, channel: CepstralMean) -> Generator[None, None, None]:
        """Learn the mean of this sound before its words are looked for."""
        self.decoder.reinit_feat()  # forget the noise around whoever was heard before
        channel.fade()
        for at in range(0, len(sound), MEASURED):
            self.decoder.activate_search(MEASURE)
            self.decoder.set_cmn(ZERO)
            self.decoder.start_utt()
            self.decoder.process_raw(sound[at : at + MEASURED], True, False)
            self.decoder.end_utt()
            channel.add(self.decoder.get_cmn(True), self.decoder.n_frames())
            yield

    def _utterance(self, sound: bytes) -> Generator[None, None, None]:
        self.decoder.start_utt()
        try:
            for at in range(0, len(sound), BLOCK):
                self.decoder.process_raw(sound[at : at + BLOCK], False, False)
                if at % STEP == 0:
                    yield
        finally:
            self.decoder.end_utt()


def tokens(found: Any) -> Iterator[Token]:
    """What the engine tells of an utterance, without its silences, noises and marks of pronunciation."""
    for part in found or ():
        if part.word[0] not in "<[+":
            yield Token(
                VARIANT.sub("", part.word),
                part.start_frame / FRAMES,
                (part.end_frame + 1) / FRAMES,
                round(min(1.0, max(0.0, part.prob)), 3),
            )


@cache
def recogniser() -> Recogniser:
    """The one of this worker. Raises `JobError` with the way to get it."""
    try:
        library = import_module("pocketsphinx")
    except ImportError as missing:
        raise JobError("unavailable", f"pocketsphinx is not installed here: {INSTALL}") from missing
    return Recogniser(library)
