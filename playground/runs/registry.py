"""The runs this process makes now or made a moment ago, and the way to follow or stop any run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from core.bodies.transcription.collector import TranscriptCollector
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.errors import RateLimited
from core.contract.events import Outcome, SpeechWord
from core.contract.speech import SpeechRequest
from core.gateway import Session
from playground.models import Run
from playground.requests.run_request import RunRequest
from playground.runs.audio_file import RunAudio
from playground.runs.chat import Chat
from playground.runs.log import Body, Log, Numbered
from playground.runs.pacing import Pace
from playground.runs.recovery import stored_events
from playground.runs.shared_log import shared_log

if TYPE_CHECKING:
    from playground.runs.redis_log import RedisLog

RETAIN_SECONDS = 900.0
RETAIN_RUNS = 64
RUNS_PER_USER = 16

runs: dict[UUID, ActiveRun] = {}
"""By id, oldest first; finished ones stay for a while so that a reloaded page can resume them."""


@dataclass(eq=False)
class ActiveRun:
    """One run in the making: its request on the way, its log, its sound or what was heard."""

    id: UUID
    user_id: int
    session: Session
    wanted: AudioFormat
    sound: RunAudio
    log: Log
    pace: Pace = field(default_factory=Pace)
    words: list[SpeechWord] = field(default_factory=list)
    heard: TranscriptCollector = field(default_factory=TranscriptCollector)
    chat: Chat | None = None
    mirror: RedisLog | None = None
    task: asyncio.Task[None] | None = None
    begun: bool = False
    ending: bool = False
    reason: Outcome | None = None

    @property
    def delivered(self) -> bool:
        """Whether anything has come that is worth keeping."""
        heard = self.heard.deltas or self.heard.segments or self.heard.words
        return bool(self.sound.size or heard or (self.chat and self.chat.delivered))

    def tell(self, body: Body) -> None:
        """Number an event and hand it to everybody who follows."""
        self.log.append(body)

    def stop(self, reason: Outcome = Outcome.STOPPED) -> None:
        """End it early, once. What was delivered is kept and charged; without effect on a run that ends."""
        if self.ending or self.reason is not None:
            return
        self.reason = reason
        # a task cancelled before its first step would never say how it ended
        if self.begun and self.task is not None:
            self.task.cancel()


def create(run: UUID, user_id: int, session: Session, asked: RunRequest) -> ActiveRun:
    """Enter a run. Raises `RateLimited` when its user has too many on the way."""
    if sum(live.user_id == user_id and not live.ending for live in runs.values()) >= RUNS_PER_USER:
        raise RateLimited(
            f"You have {RUNS_PER_USER} runs on the way; wait for one to end.", code="too_many_runs"
        )
    sound = RunAudio(run)
    request = session.request
    wanted = request.format if isinstance(request, SpeechRequest | ChatRequest) else AudioFormat.WAV
    live = runs[run] = ActiveRun(run, user_id, session, wanted, sound, Log(sound.recall))
    if isinstance(request, ChatRequest):
        live.chat = Chat(asked, user_id, run, live.log.append)
    if (mirror := shared_log()) is not None:
        live.mirror = mirror.RedisLog(run, live.stop)
        live.log.copy = live.mirror.add
    return live


def retire(live: ActiveRun) -> None:
    """Keep a finished run for late followers, then forget it."""
    asyncio.get_running_loop().call_later(RETAIN_SECONDS, forget, live.id)
    finished = [other.id for other in runs.values() if other.log.closed]
    for run in finished[:-RETAIN_RUNS]:
        forget(run)


def forget(run: UUID) -> None:
    if live := runs.pop(run, None):
        live.sound.discard()


def forget_finished(run: UUID) -> None:
    """Forget a run that was deleted; one that is still ending is forgotten in its time."""
    live = runs.get(run)
    if live is not None and live.log.closed:
        forget(run)


async def follow(run: Run, after: int) -> AsyncGenerator[list[Numbered], None]:
    """`run.started`, then a run's events above `after`, wherever it is made; iterate it inside `aclosing`.

    Once the log is gone the stored textual events remain; the sound is then the run's file.
    """
    mirror = shared_log()
    opening: list[Numbered] = []
    if live := runs.get(run.id):
        opening, events = live.log.opening(after), live.log.read(after)
    elif mirror is not None and await mirror.exists(run.id):
        opening, events = await mirror.opening(run.id, after), mirror.read(run.id, after)
    else:
        events = stored_events(run, after)
    if opening:
        yield opening
    async with aclosing(events):
        async for batch in events:
            yield batch


async def stop(run: UUID) -> None:
    """Stop a run wherever it is made; without effect on one that has ended."""
    mirror = shared_log()
    if live := runs.get(run):
        live.stop()
    elif mirror is not None:
        await mirror.request_stop(run)
