"""Runs whose live log is gone: told from their rows, and closed when their process died."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from threading import Event
from uuid import UUID

from django.utils import timezone

from core import background
from core.contract.events import Outcome
from core.models.offload import offload
from playground import frames
from playground.models import Message, Run
from playground.runs.log import Numbered, ends
from playground.runs.shared_log import shared_log
from playground.uploads.scratch import delete_abandoned


async def stored_events(run: Run, after: int) -> AsyncGenerator[list[Numbered], None]:
    """The first stored event and those above `after`; a run that stored none ends as interrupted."""
    stored: list[Numbered] = [(number, body) for number, body in run.frames]
    if not any(ends(body) for _, body in stored):
        number = max((number for number, _ in stored), default=0)
        stored.append((max(number, after) + 1, frames.done(Outcome.INTERRUPTED, run.receipt)))
    if wanted := [(number, body) for number, body in stored if number > after or number == 1]:
        yield wanted


recovered = Event()


def recover_once(in_memory: Iterable[UUID]) -> None:
    """Recover in the background, the first time this is called in a process."""
    if not recovered.is_set():
        recovered.set()
        background.spawn("recover runs", recover(in_memory))


async def recover(in_memory: Iterable[UUID]) -> int:
    """Close the runs a crash left open, and clean up; how many there were."""
    left = await offload(running)
    dead = left - set(in_memory)
    if (mirror := shared_log()) is not None:
        dead = {run for run in dead if not await mirror.alive(run)}
    await offload(delete_abandoned)
    return await offload(interrupt, dead)


def running() -> set[UUID]:
    return set(Run.objects.filter(state=Run.State.RUNNING).values_list("id", flat=True))


def interrupt(runs: set[UUID]) -> int:
    """Answers keep what was saved of them on the way."""
    Message.objects.settle(runs, Run.State.INTERRUPTED)
    return Run.objects.filter(id__in=runs, state=Run.State.RUNNING).update(
        state=Run.State.INTERRUPTED, finished_at=timezone.now()
    )
