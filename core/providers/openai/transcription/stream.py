"""What the events of one streamed transcript tell, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.contract.events import Event, Segment, TranscriptDelta, TranscriptWords
from core.contract.text.spacing import join_texts
from core.providers.openai.transcription.segments import (
    logprobs_of,
    segment_after,
    segments_of,
    text_of,
    word_events,
    words_inside,
)


@dataclass(slots=True)
class StreamedTranscript:
    """The deltas, segments and words so far; `logprobs` says that log probabilities were requested."""

    logprobs: bool
    deltas: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    has_words: bool = False
    has_logprobs: bool = False

    def delta(self, value: Mapping[str, Any]) -> Iterator[Event]:
        text = value["delta"]
        tokens = logprobs_of(value) if self.logprobs else ()
        self.deltas.append(text)
        self.has_logprobs = self.has_logprobs or bool(tokens)
        yield TranscriptDelta(text, tokens)

    def segment(self, value: Mapping[str, Any]) -> Iterator[Event]:
        before = self.segments[-1] if self.segments else None
        if segment := segment_after(value, len(self.segments), before):
            self.segments.append(segment)
            yield segment
        if words := words_inside(value):
            self.has_words = True
            yield TranscriptWords(words)

    def text(self, done: Mapping[str, Any]) -> str:
        """The whole text: that of the last event, else of the deltas, else of the segments."""
        joined = "".join(self.deltas)
        return text_of(done) or joined or join_texts([segment.text for segment in self.segments])

    def rest(self, done: Mapping[str, Any], measured: float | None) -> Iterator[Event]:
        """What only the last event tells; `measured` are the seconds of the file."""
        tokens = logprobs_of(done) if self.logprobs and not self.has_logprobs else ()
        text = "" if "".join(self.deltas) else self.text(done)
        if tokens or text:
            yield TranscriptDelta(text, tokens)
        if not self.segments:
            yield from segments_of(done, measured)
        if not self.has_words:
            yield from word_events(done)
