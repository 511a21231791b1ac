"""Natural speech in English: a text becomes audio and word times, sentence by sentence."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import zip_longest
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape
from core.media.worker.codecs.encoders import Encoder, streaming_encoder
from core.media.worker.codecs.tempo import TempoEncoder
from core.media.worker.engines.hibari import FASTEST, RATE, SLOWEST, Engine, engine, joined, utterances
from core.media.worker.engines.plain_text import plain, spelled
from core.media.worker.engines.spoken_words import timed_words
from core.media.worker.engines.text_fragments import CLOSERS, PAUSES, STOPS, split
from core.media.worker.engines.word_times import TimedWord
from core.media.worker.output import JobError, Output

LONGEST_PIECE = 200
"""Characters that the engine gets at once."""

MOST_PHONEMES = 60_000
"""Of one text: about an hour of sound at normal speed. 20,000 characters of prose have 21,000; as many
characters of numbers, signs or single letters, each a word when spoken, have up to 190,000: three hours."""

PHONEMES_PER_CHARACTER = 12
"""No text was found that has more; a short one is not counted before it is spoken."""

PARAGRAPH, LINE, SENTENCE, CLAUSE, WORD = 0.7, 0.5, 0.35, 0.15, 0.04
"""Seconds of silence after a piece, by what it ends with."""

SILENCE = 0.2
"""Seconds of silence for a text without words: every file must hold some audio."""

STEP_BYTES = RATE
"""Audio that one step encodes, half a second: encoding takes longer than synthesis, and other jobs wait."""

TOO_LONG = (
    "This text would take more than an hour to say: numbers, signs and single letters are whole words when "
    "they are spoken. Send it in parts."
)

Steps = Generator[None, None, None]


class NaturalSpeech:
    """One text that becomes audio in the output."""

    def __init__(self, args: dict[str, Any], output: Output) -> None:
        self.engine = engine(args["voice"], args["folder"])
        self.output = output
        wanted = float(args["speed"])
        self.speed = min(max(wanted, SLOWEST), FASTEST)
        self.tempo = wanted / self.speed
        self.samples = 0
        self.raw = AudioFormat(args["format"]) in (AudioFormat.PCM, AudioFormat.WAV)
        shape = PcmShape(RATE)
        encoder: Encoder = streaming_encoder(
            AudioFormat(args["format"]), shape, PcmShape(PCM_RATE), self._send
        )
        self.encoder = encoder if self.tempo == 1.0 else TempoEncoder(self.tempo, shape, encoder)

    @property
    def seconds(self) -> float:
        return self.samples / RATE / self.tempo

    def synthesize(self, text: str, pause: float) -> Steps:
        """One piece and the silence after it: its words go to the output before its audio."""
        audio, spoken = bytearray(), list[TimedWord]()
        for run in utterances(self.engine.tokens(spelled(text))):
            self.output.check()
            utterance = self.engine.speak(run, self.speed)
            begin = self.samples + len(audio) // 2
            spoken += [(word, self._time(begin + a), self._time(begin + b)) for word, a, b in utterance.words]
            audio += utterance.audio
            yield
        self.output.words(timed_words(text, spoken))
        if audio:
            audio += bytes(2 * round(pause / self.speed * RATE))
        self.samples += len(audio) // 2
        for at in range(0, len(audio), STEP_BYTES):
            self.output.check()
            self.encoder.write(bytes(audio[at : at + STEP_BYTES]))
            yield

    def close(self) -> None:
        shortest = round(SILENCE * RATE)
        if self.samples < shortest:
            self.encoder.write(bytes(2 * (shortest - self.samples)))
            self.samples = shortest
        self.encoder.close()

    def _time(self, sample: int) -> float:
        return round(sample / RATE / self.tempo, 3)

    def _send(self, data: bytes) -> None:
        if data:
            self.output.audio(data, len(data) if self.raw else 1)


def run(args: dict[str, Any], output: Output) -> Generator[None, None, dict[str, Any]]:
    """`text`, `speed`, `format`, `voice` and the `folder` of its weights (None: in the package) in; audio and
    words out; returns `{"seconds"}`.

    Raises `JobError` for a text of more than `MOST_PHONEMES`, before anything is spoken.
    """
    speech = NaturalSpeech(args, output)
    text = plain(args["text"])
    if len(text) * PHONEMES_PER_CHARACTER > MOST_PHONEMES:
        yield from check_length(speech.engine, text, output)
    output.event("audio", sample_rate=PCM_RATE, channels=1)
    for piece, pause in pieces(text):
        yield from speech.synthesize(piece, pause)
    speech.close()
    return {"seconds": round(speech.seconds, 3)}


def check_length(engine: Engine, text: str, output: Output) -> Steps:
    """Count the phonemes, a step for each piece: no longer than speaking it takes."""
    phonemes = 0
    for piece, _ in pieces(text):
        output.check()
        phonemes += len(joined(engine.tokens(spelled(piece))))
        if phonemes > MOST_PHONEMES:
            raise JobError("invalid", TOO_LONG, "input", "string_above_max_length")
        yield


def pieces(text: str) -> Iterator[tuple[str, float]]:
    """What is spoken at once, and the seconds of silence that follow; none after the last piece."""
    fragments = [fragment for _, fragment in split(text, least=1, most=LONGEST_PIECE)]
    spoken = [number for number, fragment in enumerate(fragments) if any(map(str.isalnum, fragment))]
    for number, following in zip_longest(spoken, spoken[1:]):
        gap = fragments[number + 1 : following]
        rest = fragments[following] if following is not None else ""
        yield fragments[number].strip(), pause(fragments[number], "".join(gap) + rest) if rest else 0.0


def pause(fragment: str, following: str) -> float:
    """Seconds between a piece and the text after it."""
    said = fragment.rstrip()
    breaks = (fragment[len(said) :] + following[: len(following) - len(following.lstrip())]).count("\n")
    if breaks:
        return PARAGRAPH if breaks > 1 else LINE
    mark = said.rstrip(CLOSERS)[-1:]
    if mark and mark in STOPS:
        return SENTENCE
    return CLAUSE if mark and mark in PAUSES else WORD
