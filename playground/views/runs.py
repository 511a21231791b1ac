"""What a page does to a run beside making it: delete it, look into it, add the browser's own times."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from core.bodies.json_object import decode
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.models import Run
from playground.runs import registry
from playground.views.json_response import absent, signed_in

TIMINGS = frozenset(
    {"first_sound_ms", "stalls", "stalled_ms", "total_ms", "played_samples", "received_samples"}
)
"""What a browser may report of a run; numbers from 0."""

STEPS = ("provider", "model", "outcome", "status", "reason", "duration_ms")
"""What is told of an attempt."""


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """Delete a run and its file, stopping it first where it is still made: 204."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None:
        raise absent()
    await registry.stop(run.id)
    await offload(run.delete)
    registry.forget_finished(run.id)
    return HttpResponse(status=204)


@signed_in("POST")
async def timings(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """Keep what the browser measured, such as `{"first_sound_ms": 180}`: 204."""
    measured = checked(decode(request.body))
    runs = Run.objects.for_user(user).filter(id=run_id)
    if not await offload(runs.update, timings=measured):
        raise absent()
    return HttpResponse(status=204)


@signed_in("GET")
async def sent(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """What the provider was `sent`, the `answer` as the API tells it, the `route` it took."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None:
        raise absent()
    attempts = (run.receipt or {}).get("attempts", ())
    told = {
        "sent": run.sent,
        "answer": run.answer.get("completion"),
        "route": [{name: attempt.get(name) for name in STEPS} for attempt in attempts],
    }
    answer = JsonResponse(told)
    answer["Cache-Control"] = "private, no-store"
    return answer


def checked(fields: dict[str, Any]) -> dict[str, float]:
    for name, value in fields.items():
        if name not in TIMINGS:
            raise InvalidRequest(f"{name[:40]} is not a timing.", param=name[:40])
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not 0 <= value < 1e12:
            raise InvalidRequest(f"{name} must be a number from 0.", param=name)
    return fields
