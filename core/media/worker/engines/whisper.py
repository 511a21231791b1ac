"""Whisper by faster-whisper: one model per worker, one segment of speech at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.media.worker.codecs.segments import SpeechSegment
from core.media.worker.engines.voice_activity import samples
from core.media.worker.libraries import require
from core.media.worker.output import JobError

WARMER = 0.2
"""How much warmer each further try decodes, up to 1, where the text repeats itself or is improbable."""

TRIES = 2
"""How often each of these is sampled, of which the most probable text is taken: faster-whisper's five cost
half a minute where somebody repeats themselves, and make no better text."""

SURE = 0.7
"""Probability from which on a language is not detected again in later segments."""

UNREADABLE = "The weights of {} cannot be read; install them again: manage.py install_model {}"
TOO_LARGE = "{} takes more memory than a worker has here."


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of the model. `language` is Whisper's code, None where it is to be detected.

    `words` asks for the time of each word, `translate` for English whatever is spoken. `hotwords` and
    `prompt` are texts that the model is shown before it listens.
    """

    language: str | None
    translate: bool
    words: bool
    prompt: str | None
    hotwords: str | None
    temperature: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its times in seconds of the file, its probability."""

    word: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the text with the white space before it, its times in seconds of the file, its words, and
    what Whisper measured."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]
    measures: dict[str, Any]


class LanguageVote:
    """The language of a file, from what was detected in its segments."""

    def __init__(self, known: str | None) -> None:
        self.known = known
        self._votes: dict[str, float] = {}

    @property
    def found(self) -> str | None:
        """The language with the most probability over all segments; None where nothing was heard."""
        return self.known or max(self._votes, key=lambda code: self._votes[code], default=None)

    def add(self, code: str, probability: float, seconds: float) -> None:
        """A segment of so many seconds is in this language; a sure one settles it."""
        if self.known is None:
            self._votes[code] = self._votes.get(code, 0.0) + probability * seconds
            if probability >= SURE:
                self.known = code


class Whisper:
    """A loaded model."""

    def __init__(self, folder: str) -> None:
        self.name = Path(folder).name
        try:
            self._model = require("faster_whisper", "faster-whisper").WhisperModel(
                folder, device="cpu", compute_type="int8", local_files_only=True
            )
        except (MemoryError, OSError, RuntimeError, ValueError) as error:
            text = TOO_LARGE if is_out_of_memory(error) else UNREADABLE
            raise JobError("unavailable", text.format(self.name, self.name)) from error

    def passages(self, segment: SpeechSegment, task: Task, vote: LanguageVote) -> Iterator[Passage]:
        """The text of one segment, piece by piece. Raises `JobError` where there is no memory for it."""
        try:
            found, info = self._model.transcribe(
                samples(segment.audio),
                language=vote.known,
                task="translate" if task.translate else "transcribe",
                temperature=temperatures(task.temperature),
                initial_prompt=task.prompt,
                hotwords=task.hotwords,
                word_timestamps=task.words,
                best_of=TRIES,
                condition_on_previous_text=False,
            )
            vote.add(info.language, float(info.language_probability), segment.seconds)
            end = segment.start
            for piece in found:
                passage = passage_of(piece, segment, end)
                end = passage.end
                yield passage
        except (MemoryError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise JobError("unavailable", TOO_LARGE.format(self.name)) from error
            raise


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory was refused, which MKL, CTranslate2's library on x86, tells in words only."""
    return isinstance(error, MemoryError) or "failed to allocate" in str(error)


def passage_of(piece: Any, segment: SpeechSegment, earliest: float) -> Passage:
    """With times inside the segment that do not go back: the model's may be in the silence after it."""

    def moment(seconds: Any, least: float) -> float:
        return round(min(max(segment.start + float(seconds), least), segment.end), 2)

    start = moment(piece.start, earliest)
    words: list[Word] = []
    for word in piece.words or ():
        begin = moment(word.start, words[-1].end if words else start)
        words.append(
            Word(word.word.strip(), begin, moment(word.end, begin), round(float(word.probability), 3))
        )
    end = max(moment(piece.end, start), words[-1].end if words else start)
    return Passage(start, end, piece.text, tuple(words), measures(piece, segment))


def measures(piece: Any, segment: SpeechSegment) -> dict[str, Any]:
    """Whisper's own, in the fields of `verbose_json`; `seek` counts hundredths of a second of the file."""
    return {
        "seek": round(segment.start * 100) + int(piece.seek),
        "tokens": [int(token) for token in piece.tokens],
        "temperature": float(piece.temperature),
        "avg_logprob": round(float(piece.avg_logprob), 4),
        "compression_ratio": round(float(piece.compression_ratio), 4),
        "no_speech_prob": round(float(piece.no_speech_prob), 4),
    }


def temperatures(first: float) -> Sequence[float]:
    """The temperature that is asked for, then warmer ones for a text that the first did not make well."""
    found = [first]
    while (warmer := round(found[-1] + WARMER, 2)) <= 1:
        found.append(warmer)
    return found


_loaded: dict[str, Whisper] = {}


def whisper(folder: str) -> Whisper:
    """The model in this folder, which stays loaded until another one is asked for."""
    if folder not in _loaded:
        _loaded.clear()  # before the next one is read: two need not fit
        _loaded[folder] = Whisper(folder)
    return _loaded[folder]
