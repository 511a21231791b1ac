"""pocketsphinx in steps: one decoder per worker, loaded once, one utterance at a time."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from core.media.installed import HINT
from core.media.worker.codecs.pcm import RATE, SECOND
from core.media.worker.output import JobError

STEP = SECOND // 2
BLOCK = SECOND // 10
FRAMES = 100
"""Frames per second, the resolution of all times."""

MEASURED = round(2.8 * SECOND)
PRIOR = 500
MAX_HISTORY = 1500
"""Frames: the weight of the mean the engine starts from, and the most that earlier segments weigh."""

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
    """The cepstral mean of one file's audio: microphone, room and voice.

    The engine subtracts it. Its own estimate adapts over many seconds, in which it recognises nearly nothing.
    """

    total: list[float] = field(default_factory=lambda: [0.0] * 13)
    frames: float = 0.0

    def fade(self) -> None:
        """Weigh earlier segments no more than `MAX_HISTORY` frames."""
        if self.frames > MAX_HISTORY:
            self.total = [value * MAX_HISTORY / self.frames for value in self.total]
            self.frames = MAX_HISTORY

    def add(self, mean: str, frames: int) -> None:
        """`mean` as the engine has it after `frames` that began from a mean of zero."""
        values = [float(value) * (PRIOR + frames) for value in mean.split(",")]
        self.total = [old + new for old, new in zip(self.total, values, strict=True)]
        self.frames += frames

    @property
    def text(self) -> str:
        """The mean as the engine takes it."""
        return ",".join(f"{value / max(1.0, self.frames):.4f}" for value in self.total)


class Recogniser:
    """The decoder, for one utterance at a time: `recognise` and `align` wait, step by step, until it is free.

    They send nothing while they hold it, so that a parked job never holds it.
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

    def recognise(self, audio: bytes, mean: CepstralMean) -> Steps:
        """The words of one utterance; yields between pieces of half a second."""
        return (yield from self._run(audio, mean, SPEECH))

    def align(self, audio: bytes, words: list[str]) -> Steps:
        """The times of known words; none where they cannot be aligned with the audio."""
        return (yield from self._run(audio, CepstralMean(), ALIGN, " ".join(words)))

    def _run(self, audio: bytes, mean: CepstralMean, search: str, text: str = "") -> Steps:
        while self._busy:
            yield
        self._busy = True
        try:
            yield from self._measure_mean(audio, mean)
            if text:
                self.decoder.set_align_text(text)
            else:
                self.decoder.activate_search(search)
            self.decoder.set_cmn(mean.text)
            yield from self._utterance(audio)
            return list(tokens(self.decoder.seg()))
        finally:
            self._busy = False

    def _measure_mean(self, audio: bytes, mean: CepstralMean) -> Generator[None, None, None]:
        """Add the mean of this audio, which the search for words needs from its beginning."""
        self.decoder.reinit_feat()  # forget the noise level of the utterance before
        mean.fade()
        for at in range(0, len(audio), MEASURED):
            self.decoder.activate_search(MEASURE)
            self.decoder.set_cmn(ZERO)
            self.decoder.start_utt()
            self.decoder.process_raw(audio[at : at + MEASURED], True, False)
            self.decoder.end_utt()
            mean.add(self.decoder.get_cmn(True), self.decoder.n_frames())
            yield

    def _utterance(self, audio: bytes) -> Generator[None, None, None]:
        self.decoder.start_utt()
        try:
            for at in range(0, len(audio), BLOCK):
                self.decoder.process_raw(audio[at : at + BLOCK], False, False)
                if at % STEP == 0:
                    yield
        finally:
            self.decoder.end_utt()


def tokens(segments: Any) -> Iterator[Token]:
    """The words of an utterance, without silences, noises and numbers of pronunciation variants."""
    for segment in segments or ():
        if segment.word[0] not in "<[+":
            yield Token(
                VARIANT.sub("", segment.word),
                segment.start_frame / FRAMES,
                (segment.end_frame + 1) / FRAMES,
                round(min(1.0, max(0.0, segment.prob)), 3),
            )


@cache
def recogniser() -> Recogniser:
    """The one recogniser of this worker. Raises `JobError` with the install command."""
    try:
        library = import_module("pocketsphinx")
    except ImportError as missing:
        raise JobError("unavailable", f"pocketsphinx is not installed here: {HINT}") from missing
    return Recogniser(library)
