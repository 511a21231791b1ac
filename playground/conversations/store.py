"""The rows of a turn: inserted when its run begins, updated on the way, settled when it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from core.contract.events import Outcome, Receipt
from playground.conversations import files
from playground.conversations.turn import Turn
from playground.models import Conversation, Message, Run, Upload

log = logging.getLogger("polyphony.runs")


@transaction.atomic
def begin(row: Run, uploads: Iterable[Upload], turn: Turn | None) -> None:
    """Insert the run with its files and, for a turn, the new messages and the answer that is to come."""
    row.save(force_insert=True)
    row.uploads.set(uploads)
    if turn is None:
        return
    conversation = turn.conversation
    conversation.updated_at = timezone.now()
    if turn.created:
        conversation.save(force_insert=True)
    else:
        conversation.save(update_fields=["model", "settings", "updated_at"])
    for message in turn.questions:
        message.save(force_insert=True)
        link_uploads(message)
    turn.answer.run = row
    turn.answer.save(force_insert=True)


def link_uploads(message: Message) -> None:
    """Link a message to the uploads in its content and its answer."""
    known = [files.upload_of(part) for part in message.content]
    known += [image.get("upload") for image in message.answer.get("images") or ()]
    ids = [UUID(found["id"]) for found in known if found]
    message.uploads.set(Upload.objects.filter(id__in=ids))


def save_progress(parts: Iterable[tuple[Turn, str, dict[str, Any]]]) -> None:
    """Update running answers: (turn, text, answer fields) each.

    Together, and where that fails one by one: an answer that cannot be stored does not affect the others.
    """
    rows = sorted(
        ((storable(text), storable(answer), turn.answer.id) for turn, text, answer in parts),
        key=lambda row: row[2],  # in one order everywhere, so that writers do not deadlock
    )
    try:
        Message.objects.save_progress(rows)
    except DatabaseError:
        log.exception("running answers could not be saved together")
        for row in rows:
            with suppress(DatabaseError):
                Message.objects.save_progress([row])


def settle(
    turn: Turn,
    outcome: Outcome,
    receipt: Receipt | None,
    columns: dict[str, Any],
) -> None:
    """End the answer with `columns` (`text`, `answer`, `receipt`, `error`); nothing where it was deleted."""
    cost = receipt.cost if receipt else None
    ended = {**storable(columns), "state": outcome.value, "cost": cost, "charged": charged(outcome, receipt)}
    if not Message.objects.filter(id=turn.answer.id).update(**ended):
        return
    Conversation.objects.filter(id=turn.conversation.id).update(updated_at=timezone.now())
    turn.answer.answer = columns["answer"]
    link_uploads(turn.answer)


def storable(value: Any) -> Any:
    """`value` with NUL replaced: PostgreSQL does not store it, and models do send it."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {name: storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [storable(one) for one in value]
    return value


def charged(outcome: Outcome, receipt: Receipt | None) -> bool:
    """False for a run that failed without delivering anything: it is free, not unpriced."""
    return receipt is not None and not (outcome is Outcome.FAILED and receipt.cost is None)
