"""Work that is done once however often it is asked for: a claim in the database, seen by all processes, and
the answer, a bounded amount for each user, for a bounded time.

All functions block. A user's keys are that user's own; those of nobody (`None`) are for work that is the same
for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import IdempotentRequest

MIB = 1024 * 1024
LARGEST = 16 * MIB
"""Bytes of an answer, above which it is not kept."""

MOST, MOST_BYTES = 1000, 128 * MIB
"""What is kept of one user: above it the oldest answers go."""

KEPT = timedelta(hours=24)
LONGEST = timedelta(hours=6)
"""How long the work may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered; `status` 0: not whole. `body` is None where it was too large."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody else's claim: of which request, and the answer once there is one."""

    digest: str
    answer: Answer | None


def claim(user_id: int | None, key: str, digest: str, process: str) -> Claimed | None:
    """Claim the work; None where the claim is ours, else the claim there is."""
    while (found := find(user_id, key)) is None:
        now = timezone.now()
        row = IdempotentRequest(
            user_id=user_id, key=key, digest=digest, process=process, created_at=now, expires_at=now + LONGEST
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return None
    return found


def find(user_id: int | None, key: str) -> Claimed | None:
    """The claim, unless it has expired."""
    rows = rows_of(user_id).filter(key=key)
    row = rows.values("digest", "finished", "expires_at").first()
    if row is None:
        return None
    if row["expires_at"] <= timezone.now():
        rows.filter(expires_at__lte=timezone.now()).delete()
        return None
    if not row["finished"]:
        return Claimed(row["digest"], None)
    stored = rows.filter(finished=True).first()
    return None if stored is None else Claimed(stored.digest, answer_of(stored))


def answer_of(row: IdempotentRequest) -> Answer:
    headers = [(name, value) for name, value in row.headers]
    whole = row.size <= LARGEST
    return Answer(row.status, headers, bytes(row.body) if whole else None)


def rows_of(user_id: int | None) -> Any:
    return IdempotentRequest.objects.filter(user_id=user_id)


def finish(user_id: int | None, key: str, answer: Answer, size: int) -> None:
    """Keep the answer of claimed work; of one that is too large only that it was, and its size in bytes."""
    now = timezone.now()
    with transaction.atomic():
        rows_of(user_id).filter(key=key, finished=False).update(
            finished=True,
            status=answer.status,
            headers=[list(header) for header in answer.headers],
            body=answer.body or b"",
            size=size,
            created_at=now,
            expires_at=now + KEPT,
        )
        delete_oldest(user_id)


def release(user_id: int | None, key: str) -> None:
    """Give up a claim: the next request does the work."""
    rows_of(user_id).filter(key=key, finished=False).delete()


def delete_oldest(user_id: int | None) -> None:
    """Delete the answers that a user has above `MOST` and `MOST_BYTES`."""
    kept, surplus = 0, []
    rows = rows_of(user_id).filter(finished=True).order_by("-created_at", "-id")
    for number, (id, size) in enumerate(rows.values_list("id", "size")):
        kept += size if size <= LARGEST else 0
        if number >= MOST or kept > MOST_BYTES:
            surplus.append(id)
    for start in range(0, len(surplus), 500):
        IdempotentRequest.objects.filter(id__in=surplus[start : start + 500]).delete()


def sweep(live: Collection[str]) -> int:
    """Delete what has expired and the claims of processes that are not `live`; how many it were."""
    expired = IdempotentRequest.objects.filter(expires_at__lte=timezone.now()).delete()[0]
    lost = IdempotentRequest.objects.filter(finished=False).exclude(process__in=live).delete()[0]
    return expired + lost
