"""Runs whose process died: their rows are closed, once per process."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event
from uuid import UUID

from django.utils import timezone

from core import background
from core.models.offload import offload
from playground.models import Message, Run
from playground.runs.registry import redis_logs
from playground.uploads.scratch import delete_abandoned

recovered = Event()


def recover_once(in_memory: Iterable[UUID]) -> None:
    """Recover in the background, the first time this is called in a process."""
    if not recovered.is_set():
        recovered.set()
        background.spawn("recover runs", try_to_recover(in_memory))


async def try_to_recover(in_memory: Iterable[UUID]) -> None:
    """As `recover`; when it fails, as without a database, the next call of `recover_once` tries again."""
    try:
        await recover(in_memory)
    except BaseException:
        recovered.clear()
        raise


async def recover(in_memory: Iterable[UUID]) -> int:
    """Interrupt the runs a crash left open, and delete abandoned files; how many runs there were.

    `in_memory` are the runs of this process.
    """
    left = await offload(running)
    dead = left - set(in_memory)
    if (shared := redis_logs()) is not None:
        dead = {run for run in dead if not await shared.alive(run)}
    await offload(delete_abandoned)
    return await offload(interrupt, dead)


def running() -> set[UUID]:
    return set(Run.objects.filter(state=Run.State.RUNNING).values_list("id", flat=True))


def interrupt(runs: set[UUID]) -> int:
    """End runs and their answers; an answer keeps what was saved of it."""
    Message.objects.settle(runs, Run.State.INTERRUPTED)
    return Run.objects.filter(id__in=runs, state=Run.State.RUNNING).update(
        state=Run.State.INTERRUPTED, finished_at=timezone.now()
    )
