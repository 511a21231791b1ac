"""Makes runs: a task per run, owned by the server, that turns the gateway's events into the run's log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import background
from core.contract.errors import (
    AuthenticationFailed,
    Interrupted,
    PolyphonyError,
    Unavailable,
    UpstreamInvalid,
)
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    ImageReady,
    Outcome,
    Receipt,
    SpeechWords,
    Started,
)
from core.contract.requests import Caller, Source
from core.gateway import Session
from core.models.offload import offload
from playground import frames
from playground.conversations import store
from playground.conversations.turn import turn_fields
from playground.models import Run
from playground.requests.run_request import RunRequest
from playground.runs import registry as registry
from playground.runs.audio_file import StoredAudio
from playground.runs.chat import sent
from playground.runs.log import Body
from playground.runs.registry import ActiveRun
from playground.runs.transcript import transcript_columns

log = logging.getLogger("polyphony.runs")

PIECE = 64 * 1024
"""Largest frame of sound: bigger chunks are sent in pieces."""


def start(user_id: int, frame: frames.Start, asked: RunRequest, address: str = "") -> ActiveRun:
    """Begin a run and return at once. Raises the refusals of the gateway; then nothing was begun.

    `address` is the client's.
    """
    session = Session(Caller(user_id, source=Source.PLAYGROUND, address=address), asked.request)
    live = registry.create(uuid4(), user_id, session, asked)
    row = Run(
        id=live.id,
        user_id=user_id,
        task=frame.task,
        model=frame.model,
        params=dict(frame.params),
        title=asked.title,
        upload=asked.upload,
        generation=session.id,
        sent=sent(session.route.targets[0], asked.request),
    )
    live.task = background.spawn(f"run {live.id}", conduct(live, row, asked))
    return live


async def conduct(live: ActiveRun, row: Run, asked: RunRequest) -> None:
    """From the first event to the last: whatever happens, exactly one ending is told."""
    try:
        outcome, error = await opened(live, row, asked)
        live.ending = True
        endings = await finish(live, outcome, error)
    except Exception:
        log.exception("run %s could not be kept", live.id)
        endings = [frames.failed(Unavailable("The server could not keep this run.", code="storage_failed"))]
    finally:
        if live.chat is not None:
            live.chat.end()
    for body in endings:
        live.tell(body)
    live.log.close()
    registry.retire(live)


async def opened(live: ActiveRun, row: Run, asked: RunRequest) -> tuple[Outcome, PolyphonyError | None]:
    """Record the run, tell that it began, relay what comes."""
    await offload(store.begin, row, asked.uploads, asked.turn)
    if live.chat is not None:
        live.chat.begin()
    target = live.session.route.targets[0]
    began = frames.started(live.id, row.model, target.provider, live.session.record.estimate)
    live.tell({**began, **turn_fields(asked.turn)})
    if live.mirror is not None:
        background.spawn(f"mirror {live.id}", live.mirror.work())
    return await relay(live)


async def relay(live: ActiveRun) -> tuple[Outcome, PolyphonyError | None]:
    """Tell what comes until it ends. Never raises: how it ended is the answer."""
    if live.reason is not None:
        return live.reason, None
    live.begun = True
    told, chat = live.log, live.chat
    try:
        async with aclosing(live.session.events()) as events:
            async for event in events:
                if told.full:
                    raise UpstreamInvalid("The answer is longer than a run can hold.")
                if type(event) is ChatDelta and chat is not None:
                    chat.take(event)
                else:
                    await take(live, event)
        return Outcome.COMPLETED, None
    except asyncio.CancelledError:
        # cancelled once, by Stop or by the shutdown: this task still has an ending to tell
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return live.reason or Outcome.INTERRUPTED, None
    except (AuthenticationFailed, Interrupted) as error:
        return Outcome.INTERRUPTED, error
    except PolyphonyError as error:
        return (Outcome.PARTIAL if live.delivered else Outcome.FAILED), error
    except Exception:
        log.exception("run %s failed", live.id)
        return (Outcome.PARTIAL if live.delivered else Outcome.FAILED), PolyphonyError(
            "Something went wrong on this server."
        )


async def take(live: ActiveRun, event: Event) -> None:
    """Everything but the deltas of a conversation, which pass without a coroutine of their own."""
    if type(event) is AudioChunk:
        for piece in pieces(event.data):
            live.sound.write(piece)
            live.tell(piece)
        if (pause := live.pace.wait(len(event.data))) and not background.state.draining:
            await asyncio.sleep(pause)
        return
    if type(event) is AudioStart:
        live.sound.open(event)
        live.pace.shape(event)
    elif type(event) is ImageReady and live.chat is not None:
        await live.chat.picture(event)
    elif type(event) is SpeechWords:
        live.words.extend(event.words)
    elif type(event) is AnswerMetadata or type(event) is Started:
        if live.chat is not None:
            live.chat.whole.note(event)
    else:
        live.heard.note(event)
    body = frames.event_body(event)
    if body is not None:
        live.tell(body)


def pieces(data: bytes) -> Iterable[bytes]:
    if 0 < len(data) <= PIECE:
        return (data,)
    return slices(data)


def slices(data: bytes) -> Iterator[bytes]:
    for offset in range(0, len(data), PIECE):
        yield data[offset : offset + PIECE]


async def finish(live: ActiveRun, outcome: Outcome, error: PolyphonyError | None) -> list[Body]:
    """Store the file and the row; the events that are still to be told."""
    if live.chat is not None:
        await live.chat.close()
    kept = await live.sound.keep(live.wanted, live.user_id)
    receipt = live.session.receipt
    if error is not None:
        error.metadata.setdefault("generation_id", live.session.id)
    if receipt is not None and receipt.outcome is not outcome:
        receipt = replace(receipt, outcome=outcome)
    endings = closing_events(live, outcome, receipt, error, kept)
    await offload(settle, live, outcome, receipt, error, kept, endings)
    return endings


def settle(
    live: ActiveRun,
    outcome: Outcome,
    receipt: Receipt | None,
    error: PolyphonyError | None,
    kept: StoredAudio | None,
    endings: list[Body],
) -> None:
    """Write everything down; blocking, since a long answer is many events."""
    told = [*live.log.texts(), *enumerate(endings, live.log.last + 1)]
    save(live, outcome, receipt, ended(live, outcome, receipt, error, kept, told))


def closing_events(
    live: ActiveRun,
    outcome: Outcome,
    receipt: Receipt | None,
    error: PolyphonyError | None,
    kept: StoredAudio | None,
) -> list[Body]:
    endings: list[Body] = []
    if live.sound.start is not None:
        url = reverse("playground:sound", args=[live.id]) if kept else None
        endings.append(frames.audio_end(live.sound.duration, live.sound.size, url))
    if receipt is not None:
        endings.append(frames.usage(receipt))
    endings.append(last(live, outcome, receipt, error))
    return endings


def last(
    live: ActiveRun, outcome: Outcome, receipt: Receipt | None, error: PolyphonyError | None
) -> dict[str, Any]:
    if outcome is Outcome.FAILED and error is not None:
        return frames.failed(error, told_receipt(live, receipt))
    return frames.done(outcome, told_receipt(live, receipt), error)


def told_receipt(live: ActiveRun, receipt: Receipt | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return frames.receipt_fields(receipt) | (live.chat.measures(receipt) if live.chat else {})


def ended(
    live: ActiveRun,
    outcome: Outcome,
    receipt: Receipt | None,
    error: PolyphonyError | None,
    kept: StoredAudio | None,
    told: list[tuple[int, Body]],
) -> dict[str, Any]:
    """The columns a finished run fills in."""
    start = live.sound.start
    return {
        "state": outcome.value,
        "receipt": told_receipt(live, receipt),
        "error": error.envelope() if error else None,
        "format": kept.format.value if kept else "",
        "sample_rate": start.sample_rate if start else None,
        "duration": live.sound.duration,
        "bytes": kept.size if kept else 0,
        "words": [frames.word_fields(word) for word in live.words],
        "sound": kept.name if kept else "",
        "frames": plain(told),
        "finished_at": timezone.now(),
        **transcript_columns(live),
        **(live.chat.columns(receipt, live.session.route.targets) if live.chat else {}),
    }


def plain(told: list[tuple[int, Body]]) -> Any:
    """As JSON keeps it, without the words of a speech: the row has them in a column of their own."""
    spelled = ((number, frames.event_object(body)) for number, body in told)
    return orjson.loads(orjson.dumps([pair for pair in spelled if pair[1]["type"] != "speech.words"]))


@transaction.atomic
def save(live: ActiveRun, outcome: Outcome, receipt: Receipt | None, columns: dict[str, Any]) -> None:
    """Fill in the rows; a run deleted while it was made leaves no file behind."""
    if live.chat is not None:
        live.chat.settle(outcome, receipt, columns)
    if not Run.objects.filter(id=live.id).update(**store.storable(columns)):
        Run(id=live.id, sound=columns["sound"]).erase_sound()
