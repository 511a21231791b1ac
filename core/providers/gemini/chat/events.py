"""Reads a chat answer, events or one object, into events of the contract.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.events import AnswerMetadata, Event, Unreadable, UsageSoFar
from core.providers.gemini.chat.candidates import CandidateReader
from core.providers.gemini.errors import blocked
from core.providers.gemini.stream import ObjectReader, truncated
from core.providers.gemini.usage import UsageReport
from core.providers.shared.json_text import string


class ChatReader:
    """Reads one answer as it arrives; `report` has its usage. Its end is that of its connection."""

    __slots__ = ("_candidates", "_fed", "_has_metadata", "_objects", "done", "report")

    def __init__(self, hide: tuple[str, ...]) -> None:
        self.done = False
        self.report = UsageReport()
        self._fed: Iterator[Event] = iter(())
        self._has_metadata = False
        self._objects = ObjectReader(hide)
        self._candidates = CandidateReader()

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that the bytes of `chunk` complete. Iterating raises from the error tree."""
        self._fed = self._events(self._objects.feed(chunk))
        return self._fed

    def rest(self) -> Iterator[Event]:
        """Those of the last chunk that have not been read."""
        return self._fed

    def end(self) -> Iterator[Event]:
        """The last events. Iterating raises `UpstreamInvalid` where the answer is incomplete or empty."""
        yield from self._events(self._objects.end())
        if not self._has_metadata:
            raise UpstreamInvalid("The provider answered nothing.")
        if not self._candidates.finished:
            raise truncated()
        self.done = True

    def _events(self, values: Iterator[dict[str, Any]]) -> Iterator[Event]:
        for value in values:
            yield from self._object(value)
        unreadable = self._objects.unreadable + self._candidates.unreadable
        if unreadable:
            self._objects.unreadable = self._candidates.unreadable = 0
            yield Unreadable(unreadable)

    def _object(self, value: Mapping[str, Any]) -> Iterator[Event]:
        self.report.read(value)
        if error := blocked(value):
            raise error
        candidates = value.get("candidates")
        if not isinstance(candidates, list):
            self._objects.unreadable += "usageMetadata" not in value
            return
        if not self._has_metadata:
            self._has_metadata = True
            yield AnswerMetadata(string(value.get("responseId")), string(value.get("modelVersion")))
        for position, candidate in enumerate(candidates):
            yield from self._candidates.read(candidate, position)
        # until the answer has finished a count is one so far; with an error it is the last
        if self.report.complete and not self._candidates.finished:
            self.report.complete = False
            yield UsageSoFar()
