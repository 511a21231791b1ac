"""A run in progress, or one that ended a moment ago."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from core.contract.events import Outcome
from core.gateway import Session
from playground.runs.audio_file import RunAudio
from playground.runs.log import Log
from playground.runs.pacing import Pace
from playground.runs.tasks.results import RunResults

if TYPE_CHECKING:
    from playground.runs.redis_log import RedisLog


@dataclass(eq=False)
class ActiveRun:
    """Its request at the gateway, the log of its events, its audio, and what else its task brought.

    `place` is its place among the runs of its user. `started` says that its events are relayed, `ending` that
    no event follows and its rows are being stored. `reason` is how it was ended early; None for a run that
    was not.
    """

    id: UUID
    user_id: int
    place: str
    session: Session
    audio: RunAudio
    log: Log
    results: RunResults
    pace: Pace = field(default_factory=Pace)
    redis_log: RedisLog | None = None
    task: asyncio.Task[None] | None = None
    started: bool = False
    ending: bool = False
    reason: Outcome | None = None

    @property
    def delivered(self) -> bool:
        """Whether anything has come that is worth storing."""
        return bool(self.audio.size or self.results.delivered)

    def stop(self, reason: Outcome = Outcome.STOPPED) -> None:
        """End it early, once. What was delivered is stored and charged; without effect on a run that ends."""
        if self.ending or self.reason is not None:
            return
        self.reason = reason
        # a task cancelled before its first step would never send its last event
        if self.started and self.task is not None:
            self.task.cancel()
