"""The runs of this process, and how to follow or stop a run of any process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import ModuleType
from uuid import UUID

import orjson
from django.conf import settings

from core import background
from core.access.shared_limits import ParallelLimit
from core.contract.errors import RateLimited
from core.contract.events import Outcome
from core.gateway import Session
from core.models.offload import offload
from playground import frames
from playground.models import Run, RunPage
from playground.requests.run_request import RunRequest
from playground.runs.active_run import ActiveRun
from playground.runs.audio_file import RunAudio
from playground.runs.log import Log, Numbered, ends
from playground.runs.tasks import new_results

RETAIN_SECONDS = 900.0
RETAIN_RUNS = 64
RUNS_PER_USER = 16

places = ParallelLimit("runs", RUNS_PER_USER)
"""Runs in progress of each user."""

runs: dict[UUID, ActiveRun] = {}
"""By id, oldest first; finished ones stay for a while so that a reloaded page can resume them."""


def redis_logs() -> ModuleType | None:
    """The module `redis_log` where `REDIS_URL` is set and runs are shared between processes, else None."""
    if not settings.REDIS_URL:
        return None
    from playground.runs import redis_log  # noqa: PLC0415 - redis is an optional extra

    return redis_log


async def create(run: UUID, user_id: int, session: Session, request: RunRequest) -> ActiveRun:
    """Enter a run. Raises `RateLimited` when its user has too many in progress."""
    if not (place := await places.enter(user_id)):
        raise RateLimited(
            f"You have {RUNS_PER_USER} runs on the way; wait for one to end.", code="too_many_runs"
        )
    audio = RunAudio(run)
    log = Log(audio)
    results = new_results(run, user_id, request, log)
    active = runs[run] = ActiveRun(run, user_id, place, session, audio, log, results)
    if (shared := redis_logs()) is not None:
        active.redis_log = shared.RedisLog(run, active.stop)
        log.copy = active.redis_log.add
    return active


def retire(active: ActiveRun) -> None:
    """Free its place; keep a finished run for late followers, then forget it."""
    background.spawn(f"leave {active.id}", places.leave(active.user_id, active.place))
    asyncio.get_running_loop().call_later(RETAIN_SECONDS, forget, active.id)
    finished = [other.id for other in runs.values() if other.log.closed]
    for run in finished[:-RETAIN_RUNS]:
        forget(run)


def forget(run: UUID) -> None:
    if active := runs.pop(run, None):
        active.audio.discard()


def forget_finished(run: UUID) -> None:
    """Forget a run whose row was deleted; one that is still ending is forgotten by `retire`."""
    active = runs.get(run)
    if active is not None and active.log.closed:
        forget(run)


async def follow(run: Run, after: int) -> AsyncGenerator[list[Numbered], None]:
    """`run.started`, then the events above `after` of a run in any process; iterate it inside `aclosing`.

    Once the log is gone the stored textual events remain; the audio is then the run's file.
    """
    shared = redis_logs()
    opening: list[Numbered] = []
    if active := runs.get(run.id):
        opening, events = active.log.opening(after), active.log.read(after)
    elif shared is not None and await shared.exists(run.id):
        opening, events = await shared.opening(run.id, after), shared_events(shared, run, after)
    else:
        events = stored_events(run, after)
    if opening:
        yield opening
    async with aclosing(events):
        async for batch in events:
            yield batch


async def shared_events(shared: ModuleType, run: Run, after: int) -> AsyncGenerator[list[Numbered], None]:
    """Those of Redis; where they stop short of the end, the row has the rest of the text and the end."""
    position, ended = after, False
    async with aclosing(shared.read(run.id, after)) as events:
        async for batch in events:
            position, ended = batch[-1][0], ends(batch[-1][1])
            yield batch
    if ended:
        return
    async with aclosing(stored_events(run, position)) as events:
        async for batch in events:
            if rest := [(number, body) for number, body in batch if number > position]:
                yield rest


async def stored_events(run: Run, after: int) -> AsyncGenerator[list[Numbered], None]:
    """The first event of the row and those above `after`; a run that stored no end ends as interrupted."""
    if firsts := await offload(lambda: [*RunPage.objects.filter(run=run.id).values_list("first", flat=True)]):
        for first, following in zip(firsts, [*firsts[1:], None], strict=True):
            if first == firsts[0] or following is None or following > after:
                yield await offload(stored_page, run.id, first, after)
        return
    found = await offload(Run.objects.filter(id=run.id).only("frames", "receipt").first)
    if found is None:
        return
    stored: list[Numbered] = [(number, body) for number, body in found.frames]
    if not any(ends(body) for _, body in stored):
        number = max((number for number, _ in stored), default=0)
        stored.append((max(number, after) + 1, frames.done(Outcome.INTERRUPTED, found.receipt)))
    if wanted := [(number, body) for number, body in stored if number > after or number == 1]:
        yield wanted


def stored_page(run: UUID, first: int, after: int) -> list[Numbered]:
    """What `stored_events` yields of one page; nothing where the run was deleted meanwhile. Blocking."""
    page = RunPage.objects.filter(run=run, first=first).first()
    stored = orjson.loads(page.frames) if page else []
    return [(number, body) for number, body in stored if number > after or number == 1]


async def stop(run: UUID) -> None:
    """Stop a run of any process; without effect on one that has ended."""
    shared = redis_logs()
    if active := runs.get(run):
        active.stop()
    elif shared is not None:
        await shared.request_stop(run)
