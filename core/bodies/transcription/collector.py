"""Collects the events of a transcription or a translation into a finished transcript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.bodies.transcription.tasks import TRANSCRIPT_OPTIONS
from core.contract.events import (
    Event,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
)
from core.contract.translation import TranscriptRequest


@dataclass(frozen=True, slots=True)
class FinishedTranscript:
    """A whole transcript; times are seconds of the file, `language` is a code.

    `aligned` says that the times of `words` were found afterwards. `logprobs` are objects with `token`,
    `logprob` and `bytes`, one per token.
    """

    text: str
    language: str | None = None
    seconds: float | None = None
    segments: tuple[Segment, ...] = ()
    words: tuple[TranscriptWord, ...] = ()
    aligned: bool = False
    logprobs: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class TranscriptCollector:
    """The `Collector` of transcriptions and translations; `whole` is the final text, once it came."""

    deltas: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    words: list[TranscriptWord] = field(default_factory=list)
    aligned: bool = False
    logprobs: list[Mapping[str, Any]] = field(default_factory=list)
    whole: Transcript | None = None

    def note(self, event: Event) -> None:
        if isinstance(event, TranscriptDelta):
            self.deltas.append(event.text)
            self.logprobs += event.logprobs
        elif isinstance(event, Segment):
            self.segments.append(event)
        elif isinstance(event, TranscriptWords):
            self.words += event.words
            self.aligned = self.aligned or event.aligned
        elif isinstance(event, Transcript):
            self.whole = event

    def finish(self, request: TranscriptRequest) -> FinishedTranscript:
        """The transcript so far. The measured duration of the file counts more than the provider's, the
        provider's language more than the requested one."""
        whole = self.whole or Transcript("".join(self.deltas))
        measured = request.file.seconds
        return FinishedTranscript(
            text=whole.text,
            language=whole.language or TRANSCRIPT_OPTIONS[request.task](request).language,
            seconds=measured if measured is not None else whole.seconds,
            segments=tuple(self.segments),
            words=tuple(self.words),
            aligned=self.aligned,
            logprobs=tuple(self.logprobs),
        )
