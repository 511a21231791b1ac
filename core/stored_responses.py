"""Keeps responses for their user's next requests: a bounded amount each, for a bounded time.

All functions block. What another user has stored is not found, as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.contract.errors import NotFound
from core.models import StoredResponse

MIB = 1024 * 1024
LARGEST = 16 * MIB
"""Bytes of input and response together, above which a response is not kept."""

MOST, MOST_BYTES = 1000, 128 * MIB
"""What is kept of one user: above it the oldest go."""


def keeps() -> bool:
    """Whether responses are kept at all."""
    return settings.RESPONSES_RETENTION_HOURS > 0


def save(user_id: int, response: Mapping[str, Any], items: Sequence[Any]) -> bool:
    """Keep a response and the items it answers; False where they are too large."""
    context, answer = orjson.dumps(items), orjson.dumps(response)
    size = len(context) + len(answer)
    if size > LARGEST:
        return False
    now = timezone.now()
    row = StoredResponse(
        id=response["id"],
        user_id=user_id,
        created_at=now,
        expires_at=now + timedelta(hours=settings.RESPONSES_RETENTION_HOURS),
        size=size,
        item_ids=[item["id"] for item in response["output"]],
        input=context.decode(),
        response=answer.decode(),
    )
    with transaction.atomic():
        row.save(force_insert=True)
        delete_oldest(user_id)
    return True


def delete_oldest(user_id: int) -> None:
    """Delete what a user has above `MOST` and `MOST_BYTES`."""
    kept, surplus = 0, []
    rows = StoredResponse.objects.filter(user_id=user_id).order_by("-created_at", "-id")
    for number, (id, size) in enumerate(rows.values_list("id", "size")):
        kept += size
        if number >= MOST or kept > MOST_BYTES:
            surplus.append(id)
    for start in range(0, len(surplus), 500):
        StoredResponse.objects.filter(id__in=surplus[start : start + 500]).delete()


def live_rows(user_id: int) -> Any:
    return StoredResponse.objects.filter(user_id=user_id, expires_at__gt=timezone.now())


def find(user_id: int, id: str) -> dict[str, Any]:
    """The response as it was sent. Raises `NotFound`."""
    return orjson.loads(row(user_id, id, "").response)


def row(user_id: int, id: str, param: str) -> StoredResponse:
    found = live_rows(user_id).filter(id=id).first()
    if found is None:
        raise NotFound(
            f"There is no response {id[:80]!r}: it was not stored, or not for long enough.",
            param=param or None,
            code="previous_response_not_found" if param else "response_not_found",
        )
    return found


def conversation(user_id: int, id: str) -> list[Any]:
    """The items up to and with a response: its input and its output. Raises `NotFound`."""
    found = row(user_id, id, "previous_response_id")
    return [*orjson.loads(found.input), *orjson.loads(found.response)["output"]]


def output_items(user_id: int, ids: Collection[str]) -> dict[str, Any]:
    """Output items of the user's responses by their ids; those that are not found are left out."""
    wanted = set(ids)
    owners = [
        id for id, items in live_rows(user_id).values_list("id", "item_ids") if not wanted.isdisjoint(items)
    ]
    rows = live_rows(user_id).filter(id__in=owners).order_by("created_at", "id")
    items = [
        item for text in rows.values_list("response", flat=True) for item in orjson.loads(text)["output"]
    ]
    return {item["id"]: item for item in items if item["id"] in wanted}


def delete(user_id: int, id: str) -> None:
    """Raises `NotFound`."""
    row(user_id, id, "").delete()


def sweep() -> int:
    """Delete what has expired; how many responses it were."""
    return StoredResponse.objects.filter(expires_at__lte=timezone.now()).delete()[0]
