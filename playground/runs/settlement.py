"""The end of a run: its last events, its audio file, its row."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import JSONField, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from core.contract.errors import PolyphonyError
from core.contract.events import Outcome, Receipt
from playground import frames
from playground.conversations import store
from playground.models import Run, RunPage
from playground.runs import save_queue
from playground.runs.active_run import ActiveRun
from playground.runs.audio_file import StoredAudio
from playground.runs.log import Body, Log, Numbered
from playground.runs.long_answers import saved_alone
from playground.uploads.storage import storage_failed

log = logging.getLogger("polyphony.runs")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: `receipt` where a provider was called, `audio` where there is a file."""

    outcome: Outcome
    receipt: Receipt | None
    error: PolyphonyError | None
    audio: StoredAudio | None


async def settle(active: ActiveRun, outcome: Outcome, error: PolyphonyError | None) -> list[Body]:
    """Store the audio file and the rows; the events that are still to be appended to the log.

    Sound that the disk does not take costs the run its file, and rows that the database does not take follow
    later: what was delivered is not taken back.
    """
    await active.results.close()
    try:
        audio = await stored_audio(active)
    except (OSError, PolyphonyError) as failure:
        log.error("run %s: its sound could not be stored: %s", active.id, type(failure).__name__)
        audio, error = None, error or storage_failed()
        outcome = Outcome.PARTIAL if outcome is Outcome.COMPLETED else outcome
    receipt = active.session.receipt
    if error is not None:
        error.metadata.setdefault("generation_id", active.session.id)
    if receipt is not None and receipt.outcome is not outcome:
        receipt = replace(receipt, outcome=outcome)
    ending = Ending(outcome, receipt, error, audio)
    events = last_events(active, ending)
    await save_queue.save(f"save run {active.id}", partial(save, active, ending, events))
    return events


async def stored_audio(active: ActiveRun) -> StoredAudio | None:
    """The file for download; None for a task or a run without sound."""
    form = active.results.audio_format
    return await active.audio.store(form, active.user_id) if form else None


def last_events(active: ActiveRun, ending: Ending) -> list[Body]:
    events: list[Body] = []
    if active.audio.start is not None:
        url = reverse("playground:sound", args=[active.id]) if ending.audio else None
        events.append(frames.audio_end(active.audio.duration, active.audio.size, url))
    if ending.receipt is not None:
        events.append(frames.usage(ending.receipt))
    receipt = receipt_fields(active, ending.receipt)
    if ending.outcome is Outcome.FAILED and ending.error is not None:
        events.append(frames.failed(ending.error, receipt))
    else:
        events.append(frames.done(ending.outcome, receipt, ending.error))
    return events


def receipt_fields(active: ActiveRun, receipt: Receipt | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return frames.receipt_fields(receipt) | active.results.receipt_fields(receipt)


def save(active: ActiveRun, ending: Ending, events: list[Body]) -> None:
    """Fill in the rows, `events` added to those of the log; blocking, since a long answer is many events.

    A run that was deleted meanwhile leaves no file behind.
    """
    with saved_alone() if active.log.long else nullcontext():
        save_whole(active, ending, events)


def save_whole(active: ActiveRun, ending: Ending, events: list[Body]) -> None:
    columns = run_columns(active, ending, events)
    with transaction.atomic():
        active.results.settle(ending.outcome, ending.receipt, columns)
        if not Run.objects.filter(id=active.id).update(**store.storable(columns)):
            Run(id=active.id, sound=columns["sound"]).erase_audio()
            active.results.discard()
        elif active.log.long:
            store_pages(active.id, active.log, events)


def run_columns(active: ActiveRun, ending: Ending, events: Sequence[Body]) -> dict[str, Any]:
    """The columns a finished run fills in."""
    start, audio = active.audio.start, ending.audio
    return {
        "state": ending.outcome.value,
        "receipt": receipt_fields(active, ending.receipt),
        "error": ending.error.envelope() if ending.error else None,
        "format": audio.format.value if audio else "",
        "sample_rate": start.sample_rate if start else None,
        "duration": active.audio.duration,
        "bytes": audio.size if audio else 0,
        "words": [frames.word_fields(word) for word in active.audio.words],
        "sound": audio.name if audio else "",
        "frames": [] if active.log.long else stored_frames(active.log, events),
        "finished_at": timezone.now(),
        **active.results.columns(ending.receipt, active.session.route.targets),
    }


def stored_frames(log: Log, last: Sequence[Body]) -> Cast:
    """Pairs of number and event, as JSON that is made without an object for each."""
    return as_json(b",".join(items for _, items in frame_batches(log, last)))


def store_pages(run: UUID, log: Log, last: Sequence[Body]) -> None:
    """Store the events of a long log page by page: as one column they would be in memory many times over."""
    RunPage.objects.filter(run=run).delete()
    for first, items in frame_batches(log, last):
        RunPage.objects.create(run_id=run, first=first, frames=f"[{items.decode()}]")


def frame_batches(log: Log, last: Sequence[Body]) -> Iterator[tuple[int, bytes]]:
    """The events of a log and those that follow, as JSON without the outer brackets; the first number of each
    batch."""
    for batch in chain(log.texts(), [[*enumerate(last, log.last + 1)]]):
        if batch and (items := frames_json(batch)):
            yield batch[0][0], items


def frames_json(batch: Sequence[Numbered]) -> bytes:
    """JSON without the outer brackets; without `speech.words`, which have a column of their own."""
    objects = [(number, frames.event_object(body)) for number, body in batch]  # type: ignore[arg-type]
    kept = [pair for pair in objects if pair[1]["type"] != "speech.words"]
    data = orjson.dumps(kept)
    if b"\\u0000" in data:  # or a backslash before these letters
        data = orjson.dumps([(number, store.storable(body)) for number, body in kept])
    return data[1:-1]


def as_json(items: bytes) -> Cast:
    """A JSON array of `items` as a database expression, which is not made again from objects."""
    return Cast(Value(f"[{items.decode()}]", TextField()), JSONField())
