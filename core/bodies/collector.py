"""The common shape of the classes that collect the events of an answer into a finished answer."""

from __future__ import annotations

from typing import Protocol, TypeVar

from core.contract.events import Event
from core.contract.requests import Request

R = TypeVar("R", bound=Request, contravariant=True)
A = TypeVar("A", covariant=True)


class Collector(Protocol[R, A]):
    """Collects one answer: `note` every event in order, then `finish` once.

    Each task has one, constructed without arguments: `SpeechCollector`, `TranscriptCollector` (also for
    translations) and `ChatCollector`. Events that are no part of the answer are ignored.
    """

    def note(self, event: Event) -> None:
        """Take the next event."""

    def finish(self, request: R) -> A:
        """The answer to `request` from the events noted so far."""
