"""Words and segments of an answer: Mistral calls both `segments`, and numbers speakers from one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from core.contract.events import Event, Segment, Transcript, TranscriptWord, TranscriptWords
from core.providers.shared.answers.word_segments import Entry, segments_of


@dataclass(slots=True)
class TimesReader:
    """Rewrites the events of one answer; `words` says that times of words were asked for.

    Then each passage is a word, and the segments are made of them. Where `streamed`, a word is handed on as
    soon as it is here, otherwise all at once.
    """

    words: bool
    streamed: bool
    speakers: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    held: list[TranscriptWord] = field(default_factory=list)

    def read(self, event: Event) -> Iterator[Event]:
        """What an event becomes."""
        if isinstance(event, Segment):
            yield from self._passage(event)
            return
        yield from self._release()
        if isinstance(event, TranscriptWords):
            yield replace(event, words=tuple(self._named(word) for word in event.words))
            return
        if isinstance(event, Transcript):
            yield from segments_of(self.entries)
        yield event

    def _passage(self, passage: Segment) -> Iterator[Event]:
        """A word, or a segment as it is."""
        speaker, text = self._letter(passage.speaker), passage.text.strip()
        if not self.words or len(text.split()) > 1:
            yield replace(passage, text=text, speaker=speaker)
        elif text:
            self.entries.append(Entry(text, "word", passage.start, passage.end, speaker))
            self.held.append(TranscriptWord(text, passage.start, passage.end, speaker=speaker))
            if self.streamed:
                yield from self._release()

    def _release(self) -> Iterator[Event]:
        if self.held:
            yield TranscriptWords(tuple(self.held))
            self.held = []

    def _named(self, word: TranscriptWord) -> TranscriptWord:
        return replace(word, speaker=self._letter(word.speaker))

    def _letter(self, speaker: str | None) -> str | None:
        """A letter by the order in which speakers are first heard; a given name is kept."""
        if speaker is None or len(speaker) > 1:
            return speaker
        return self.speakers.setdefault(speaker, chr(ord("A") + len(self.speakers)))
