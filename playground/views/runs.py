"""JSON views of a user's runs: delete, details of the request, timings of the browser."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from core.bodies.json_object import parse_json_object
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.models import Run
from playground.runs import registry
from playground.views.json_response import not_found, signed_in

TIMINGS = frozenset(
    {"first_sound_ms", "stalls", "stalled_ms", "total_ms", "played_samples", "received_samples"}
)
"""What a browser may report of a run; numbers from 0."""

ATTEMPT_FIELDS = ("provider", "model", "outcome", "status", "reason", "duration_ms")
"""What `request_details` shows of an attempt."""


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """Delete a run and its file, after stopping it where it is running: 204."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None:
        raise not_found()
    await registry.stop(run.id)
    await offload(run.delete)
    registry.forget_finished(run.id)
    return HttpResponse(status=204)


@signed_in("POST")
async def timings(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """Store what the browser measured, such as `{"first_sound_ms": 180}`: 204."""
    measured = validate_timings(parse_json_object(request.body))
    runs = Run.objects.for_user(user).filter(id=run_id)
    if not await offload(runs.update, timings=measured):
        raise not_found()
    return HttpResponse(status=204)


@signed_in("GET")
async def request_details(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """The request as `sent` to the provider, the `answer` as the API returns it, the `route` of attempts."""
    run = await offload(Run.objects.for_user(user).filter(id=run_id).first)
    if run is None:
        raise not_found()
    attempts = (run.receipt or {}).get("attempts", ())
    details = {
        "sent": run.sent,
        "answer": run.answer.get("completion"),
        "route": [{name: attempt.get(name) for name in ATTEMPT_FIELDS} for attempt in attempts],
    }
    response = JsonResponse(details)
    response["Cache-Control"] = "private, no-store"
    return response


def validate_timings(fields: dict[str, Any]) -> dict[str, float]:
    for name, value in fields.items():
        if name not in TIMINGS:
            raise InvalidRequest(f"{name[:40]} is not a timing.", param=name[:40])
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not 0 <= value < 1e12:
            raise InvalidRequest(f"{name} must be a number from 0.", param=name)
    return fields
