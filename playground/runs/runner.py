"""Carries out runs: a background task per run turns the gateway's events into the run's log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from functools import partial
from uuid import uuid4

from core import background
from core.bodies.routing.fields import CacheBody
from core.contract.errors import (
    AuthenticationFailed,
    Interrupted,
    PolyphonyError,
    StoppedByAdmin,
    Unavailable,
)
from core.contract.events import AudioChunk, AudioStart, Event, Outcome, SpeechWords
from core.contract.requests import CacheTerms, Caller, Source
from core.gateway import Session, turn_of
from core.models.offload import offload
from playground import frames
from playground.conversations import store
from playground.conversations.turn import turn_fields
from playground.models import Run
from playground.requests.run_request import RunRequest
from playground.runs import recovery, registry, save_queue
from playground.runs.active_run import ActiveRun
from playground.runs.settlement import settle

log = logging.getLogger("polyphony.runs")

MAX_FRAME = 64 * 1024
"""Bytes of audio in one event: bigger chunks are split."""


async def start(user_id: int, frame: frames.Start, request: RunRequest, address: str = "") -> ActiveRun:
    """Begin a run and return while it goes on. Raises the refusals of the gateway; then nothing was begun.

    `address` is the client's IP address.
    """
    caller, turn = Caller(user_id, source=Source.PLAYGROUND, address=address), await turn_of(request.request)
    session = Session(caller, request.request, turn)
    if (terms := cache_terms(frame)) is not None:
        await session.use_cache(terms)
    active = await registry.create(uuid4(), user_id, session, request)
    row = Run(
        id=active.id,
        user_id=user_id,
        task=frame.task,
        model=session.route.model,
        params=dict(frame.params),
        title=request.title,
        upload=request.upload,
        generation=session.id,
        sent=active.results.sent(session.route.targets[0]),
    )
    active.task = background.spawn(f"run {active.id}", conduct(active, row, request))
    return active


def cache_terms(frame: frames.Start) -> CacheTerms | None:
    """What the body's `cache` asks for, which was checked with the whole body."""
    field = frame.params.get("cache")
    return None if field is None else CacheTerms(CacheBody.model_validate(field).seconds)


async def conduct(active: ActiveRun, row: Run, request: RunRequest) -> None:
    """From the first event to the last: whatever happens, exactly one `run.done` or `run.error` is sent."""
    try:
        await begin(active, row, request)
        outcome, error = await relay(active)
        active.ending = True
        events = await settle(active, outcome, error)
    except Exception:
        log.exception("run %s could not be kept", active.id)
        save_queue.save_later(f"close run {active.id}", partial(recovery.interrupt, {active.id}))
        events = [frames.failed(Unavailable("The server could not keep this run.", code="storage_failed"))]
    finally:
        active.results.release()
    for body in events:
        active.log.append(body)
    active.log.close()
    registry.retire(active)


async def begin(active: ActiveRun, row: Run, request: RunRequest) -> None:
    """Store the rows and append `run.started`."""
    await offload(store.begin, row, request.uploads, request.turn)
    active.results.start()
    target = active.session.route.targets[0]
    started = frames.started(active.id, row.model, target.provider, active.session.record.estimate)
    active.log.append({**started, **turn_fields(request.turn)})
    if active.redis_log is not None:
        background.spawn(f"redis log of run {active.id}", active.redis_log.work())


async def relay(active: ActiveRun) -> tuple[Outcome, PolyphonyError | None]:
    """Append the gateway's events until they end. Never raises: it returns how they ended."""
    if active.reason is not None:
        return active.reason, None
    active.started = True
    events_log, add_delta = active.log, active.results.add_delta
    try:
        async with aclosing(active.session.events()) as events:
            async for event in events:
                if events_log.refusal is not None:
                    raise events_log.refusal
                if not add_delta(event):
                    await add(active, event)
        return Outcome.COMPLETED, None
    except asyncio.CancelledError:
        # cancelled once, by Stop or by the shutdown: this task still has to settle the run
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return active.reason or Outcome.INTERRUPTED, None
    except (AuthenticationFailed, Interrupted, StoppedByAdmin) as error:
        return Outcome.INTERRUPTED, error
    except PolyphonyError as error:
        return (Outcome.PARTIAL if active.delivered else Outcome.FAILED), error
    except Exception:
        log.exception("run %s failed", active.id)
        return (Outcome.PARTIAL if active.delivered else Outcome.FAILED), PolyphonyError(
            "Something went wrong on this server."
        )


async def add(active: ActiveRun, event: Event) -> None:
    """Collect one event: audio by the run itself, everything else by the results of its task."""
    if type(event) is AudioChunk:
        await add_audio(active, event.data)
        return
    if type(event) is AudioStart:
        active.audio.open(event)
        active.pace.start(event)
    elif type(event) is SpeechWords:
        active.audio.words.extend(event.words)
    await active.results.add(event)


async def add_audio(active: ActiveRun, data: bytes) -> None:
    """Store and append audio; wait while it is too far ahead of its playback."""
    for piece in pieces(data):
        active.audio.write(piece)
        active.log.append(piece)
    if (pause := active.pace.wait(len(data))) and not background.state.draining:
        await asyncio.sleep(pause)


def pieces(data: bytes) -> Iterable[bytes]:
    if 0 < len(data) <= MAX_FRAME:
        return (data,)
    return slices(data)


def slices(data: bytes) -> Iterator[bytes]:
    for offset in range(0, len(data), MAX_FRAME):
        yield data[offset : offset + MAX_FRAME]
