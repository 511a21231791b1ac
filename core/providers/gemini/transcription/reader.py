"""Reads the answer to a request for a transcript into events.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.events import Event, Transcript, TranscriptDelta, TranscriptWords, Unreadable
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.providers.gemini.chat.finish_reasons import FILTERED
from core.providers.gemini.errors import blocked, objects, withheld
from core.providers.gemini.stream import ObjectReader, truncated
from core.providers.gemini.transcription.segments import read_timed
from core.providers.gemini.transcription.turns import turn_of
from core.providers.gemini.usage import UsageReport
from core.providers.shared.json_text import string


class TranscriptReader:
    """Reads one answer as it arrives: text as it comes, or with times, which are read at its end."""

    __slots__ = ("_finish", "_language", "_objects", "_request", "_texts", "_timed", "_turns", "id", "report")

    def __init__(self, hide: tuple[str, ...], request: TranscriptRequest, *, timed: bool) -> None:
        self.id = ""
        self.report = UsageReport()
        self._objects = ObjectReader(hide)
        self._request = request
        self._timed = timed
        self._texts: list[str] = []
        self._turns = 0
        self._language: str | None = None
        self._finish = ""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that `chunk` completes. Iterating raises from the error tree."""
        for value in self._objects.feed(chunk):
            yield from self._read(value)

    def end(self) -> Iterator[Event]:
        """The last events, `Transcript` among them. Iterating raises where the answer is refused or cut."""
        for value in self._objects.end():
            yield from self._read(value)
        if self._finish in FILTERED:
            raise withheld(self._finish, "to write this down")
        if self._finish != "STOP":
            raise truncated()
        if self._timed and not self._turns:
            yield from self._with_times()
        if self._objects.unreadable:
            yield Unreadable(self._objects.unreadable)
        yield Transcript("".join(self._texts).strip(), self._language, self._request.file.seconds)

    def _with_times(self) -> Iterator[Event]:
        found = read_timed("".join(self._texts), self._request.file.seconds)
        self._texts, self._language = [found.text], found.language
        if found.text:
            yield TranscriptDelta(found.text)
        yield from found.segments

    def _read(self, value: Mapping[str, Any]) -> Iterator[Event]:
        self.report.read(value)
        if error := blocked(value):
            raise error
        self.id = self.id or string(value.get("responseId"))
        candidate = next(objects(value.get("candidates")), {})
        content = candidate.get("content")
        for part in objects(content.get("parts")) if isinstance(content, dict) else ():
            if isinstance(turn := part.get("audioTranscription"), dict):
                yield from self._turn(turn)
            elif not part.get("thought"):
                yield from self._text(string(part.get("text")))
        self._finish = string(candidate.get("finishReason")) or self._finish

    def _text(self, text: str) -> Iterator[Event]:
        text = text if self._texts else text.lstrip()
        if not text:
            return
        self._texts.append(text)
        if not self._timed:
            yield TranscriptDelta(text)

    def _turn(self, value: Mapping[str, Any]) -> Iterator[Event]:
        turn = turn_of(value, self._turns)
        self._turns += 1
        self._language = self._language or turn.language
        if turn.text:
            text = f" {turn.text}" if self._texts else turn.text
            self._texts.append(text)
            yield TranscriptDelta(text)
        if turn.segment is not None and self._wants_segments():
            yield turn.segment
        if turn.words and isinstance(self._request, TranscriptionRequest) and self._request.words:
            yield TranscriptWords(turn.words)

    def _wants_segments(self) -> bool:
        return self._timed or self._request.segments
