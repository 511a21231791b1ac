"""The interface between a run and what its task brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.contract.audio import AudioFormat
from core.contract.events import Event, Outcome, Receipt
from core.contract.route import Target
from playground import frames
from playground.requests.run_request import RunRequest
from playground.runs.log import Log


class RunResults:
    """Events of one run, collected for its row; what its pages need of them is appended to the log.

    Audio and the times of its words are collected by the run itself, whatever its task. The methods here
    are those of a task that collects nothing else; each task has a subclass.
    """

    audio_format: AudioFormat | None = None
    """Format of the file for download; None for a task whose answer is no audio."""

    def __init__(self, run: UUID, user_id: int, request: RunRequest, log: Log) -> None:
        self.run = run
        self.user_id = user_id
        self.request = request
        self.log = log
        self.append = log.append

    @property
    def delivered(self) -> bool:
        """Whether anything has come, besides audio, that is worth storing."""
        return False

    def start(self) -> None:
        """The rows of the run are stored; its events follow."""

    def add_delta(self, event: Event) -> bool:
        """Collect an event of the most frequent type without a coroutine; False for any other event."""
        return False

    async def add(self, event: Event) -> None:
        """Collect any other event but audio."""
        body = frames.event_body(event)
        if body is not None:
            self.append(body)

    async def close(self) -> None:
        """No event follows: append what is left."""

    def release(self) -> None:
        """The run has ended, and is stored or cannot be."""

    def sent(self, target: Target) -> dict[str, Any] | None:
        """The body that the provider of `target` is sent, as JSON; None where it is not recorded."""
        return None

    def columns(self, receipt: Receipt | None, targets: Sequence[Target]) -> dict[str, Any]:
        """Columns of the run's row, over those that every run has."""
        return {}

    def settle(self, outcome: Outcome, receipt: Receipt | None, columns: dict[str, Any]) -> None:
        """Store what belongs to other rows than the run's own; blocking, in its transaction."""

    def discard(self) -> None:
        """The run was deleted before it ended: delete its files; blocking."""

    def receipt_fields(self, receipt: Receipt) -> dict[str, Any]:
        """Fields of the receipt, over those that every receipt has."""
        return {}
