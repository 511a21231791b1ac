"""hibari: English text to phonemes and their audio. A process loads each voice and each accent once.

Its front end and signal processing are the package's (https://github.com/MMWilliams/hibari). The class
`hibari.Hibari` is not used: its session keeps the memory of the longest sentence, takes a sentence of any
length, and does not tell how long each phoneme lasts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from core.media.installed import HINT, PACKAGED_VOICE
from core.media.worker.output import JobError

RATE = 24_000
SLOWEST, FASTEST = 0.5, 1.0
"""Speeds that the network keeps. It takes faster ones too, but 1.25 is then 1.15, 2 is 1.8, and at either a
recogniser misses words that it understands in speech compressed afterwards."""

SEED = 20
"""Of the noise in breath and consonants: the same text always sounds the same."""

LONGEST = 240
"""Phonemes that the network gets at once, about 14 seconds: its memory grows with them."""

GAIN = 1.6
KNEE = 0.8
"""Brings the voice to the loudness of espeak-ng; what would exceed the knee is bent, not cut."""

WINDOW = RATE // 100
QUIET = 0.004
"""Root mean square (-48 dBFS) below which a hundredth of a second is silence."""

LEAD, TAIL = 2, 6
"""Windows of near-silence that are kept before and after the sound."""

DURATIONS = "/Cast_32_output_0"
"""The network's count of frames for each phoneme, which its file does not declare as an output. In a file
that has no value of this name, words take time by their count of phonemes."""

SILENT_PHONEMES = frozenset(';:,.!?—…"“” ()')


@dataclass(frozen=True, slots=True)
class Utterance:
    """16-bit samples at `RATE`, and each word as it was spoken with its first and last sample."""

    audio: bytes
    words: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of the normalised text; `ends` where white space follows."""

    text: str
    phonemes: str
    ends: bool


class Engine:
    """The network of one voice and the front end of its accent. Not reentrant.

    `folder` has the voice's file, None for the one in the package.
    """

    def __init__(self, voice: str, folder: str | None) -> None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(name, "1")  # read when numpy is imported
        try:
            self.numpy = import_module("numpy")
            self._signal = import_module("hibari.dsp")
            normalize = import_module("hibari.g2p.normalize")
            voices = import_module("hibari.voices").VOICES
            runtime = import_module("onnxruntime")
        except ImportError as missing:
            raise JobError("unavailable", f"hibari is not installed here: {HINT}") from missing
        assets = Path(str(self._signal.__file__)).with_name("assets")
        self._vocabulary: dict[str, int] = json.loads((assets / "vocab.json").read_text("utf-8"))
        model = read(Path(folder or assets) / voices[voice]["file"])
        self._timed = DURATIONS.encode() in model
        self._network = network(runtime, with_output(model, DURATIONS) if self._timed else model)
        self._normalize = normalize.normalize
        self._front_end = front_end(voices[voice]["british"])

    def tokens(self, text: str) -> list[Token]:
        """The words of a sentence as they will be spoken: `$5` is `$` and `5`, spoken `five dollars`."""
        marked = self._front_end.phonemize_tokens(self._front_end.tokenize(self._normalize(text)))
        return [Token(mark.text, self._known(mark.phonemes or ""), bool(mark.whitespace)) for mark in marked]

    def speak(self, tokens: list[Token], speed: float) -> Utterance:
        """The audio of tokens of at most `LONGEST` phonemes, without the silence around it."""
        numpy = self.numpy
        ids = [0, *(self._vocabulary[character] for character in joined(tokens)), 0]
        outputs = self._network.run(
            None, {"ids": numpy.asarray([ids], numpy.int64), "speed": numpy.asarray([speed], numpy.float32)}
        )
        spectrum = [output[0] for output in outputs[:6]]
        sound = self._signal.synth(*spectrum, numpy.random.default_rng(SEED))
        first, last = sounding(numpy, sound)
        audio = (levelled(numpy, sound[first:last]) * 32767).astype("<i2").tobytes()
        frames = outputs[6] if self._timed else numpy.ones(len(ids), numpy.int64)
        ends = numpy.cumsum(frames) * len(sound) // max(int(frames.sum()), 1)
        words = [
            (word, clamp(int(ends[start]) - first, last - first), clamp(int(ends[end]) - first, last - first))
            for word, start, end in spans(tokens)
        ]
        return Utterance(audio, words)

    def _known(self, phonemes: str) -> str:
        return "".join(character for character in phonemes if character in self._vocabulary)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise JobError("unavailable", f"The voice cannot be read: {path.name}: {error.strerror}") from error


@cache
def front_end(british: bool) -> Any:
    """Text to phonemes of one accent: its dictionary takes 70 MB and more."""
    return import_module("hibari.g2p").G2P(british=british)


def network(runtime: Any, model: bytes) -> Any:
    """A session with one thread that frees its memory after each run."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def with_output(model: bytes, name: str) -> bytes:
    """An ONNX file with a value declared as another output of its graph.

    Parts of a protocol buffer message that are appended to it are merged with it: here field 12 (`output`) of
    field 7 (`graph`), of which field 1 is the name. https://protobuf.dev/programming-guides/encoding/
    """
    declaration = name.encode()
    for field in (1, 12, 7):
        declaration = bytes([field << 3 | 2, len(declaration)]) + declaration
    return model + declaration


def utterances(tokens: list[Token]) -> Iterator[list[Token]]:
    """Runs of tokens that the network takes at once; they end at a space where there is one."""
    run: list[Token] = []
    for token in chain.from_iterable(map(parts, tokens)):
        if run and len(joined([*run, token])) > LONGEST:
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def parts(token: Token) -> Iterator[Token]:
    """A token whose phonemes are too many for one run, in several."""
    starts = range(0, max(len(token.phonemes), 1), LONGEST)
    for start in starts:
        last = start + LONGEST >= len(token.phonemes)
        phonemes = token.phonemes[start : start + LONGEST]
        yield Token("" if start else token.text, phonemes, token.ends and last)


def joined(tokens: list[Token]) -> str:
    """The phonemes of a run as the network takes them."""
    return "".join(token.phonemes + (" " if token.ends else "") for token in tokens).rstrip()


def spans(tokens: list[Token]) -> Iterator[tuple[str, int, int]]:
    """Each word of a run with the numbers of the phonemes before its first and of its last one.

    Tokens without a space between them are one word. Number 0 is the silence at the beginning.
    """
    at, word, start, end = 1, "", 0, 0
    for token in tokens:
        word += token.text
        for number, phoneme in enumerate(token.phonemes, at):
            if phoneme not in SILENT_PHONEMES:
                start, end = start or number, number
        at += len(token.phonemes) + token.ends
        if token.ends or token is tokens[-1]:
            if start:
                yield word, start - 1, end
            word, start = "", 0


def sounding(numpy: Any, sound: Any) -> tuple[int, int]:
    """The samples from which and to which there is sound, with a little of what is around it."""
    windows = len(sound) // WINDOW
    squares = numpy.square(sound[: windows * WINDOW]).reshape(windows, WINDOW)
    loud = numpy.nonzero(numpy.sqrt(squares.mean(axis=1)) > QUIET)[0]
    if not len(loud):
        return 0, 0
    return max(int(loud[0]) - LEAD, 0) * WINDOW, min((int(loud[-1]) + 1 + TAIL) * WINDOW, len(sound))


def levelled(numpy: Any, sound: Any) -> Any:
    """Louder, within -1 and 1, and without a click at either end."""
    sound = sound * numpy.float32(GAIN)
    over = numpy.abs(sound) - KNEE
    room = 1 - KNEE
    bent = numpy.sign(sound) * (KNEE + room * numpy.tanh(over / room))
    sound = numpy.where(over > 0, bent, sound)
    edge = min(WINDOW // 2, len(sound))
    ramp = numpy.linspace(0, 1, edge, dtype=numpy.float32)
    sound[:edge] *= ramp
    sound[len(sound) - edge :] *= ramp[::-1]
    return sound


def clamp(sample: int, most: int) -> int:
    return min(max(sample, 0), most)


@cache
def engine(voice: str = PACKAGED_VOICE, folder: str | None = None) -> Engine:
    """The one engine of a voice in this process; each further one takes 20 MB. Raises `JobError` with the
    install command."""
    return Engine(voice, folder)
