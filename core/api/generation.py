"""`GET generation`: what one request used and cost."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.api.http import query
from core.api.http.authentication import authenticate
from core.api.http.json_response import json_response
from core.api.serializers.generation import generation_object
from core.contract.errors import InvalidRequest, NotFound
from core.contract.requests import Caller
from core.ledger import reports
from core.models import Attempt, UsageRecord
from core.models.offload import offload

MAX_ID_LENGTH = 64


async def generation(request: Request) -> Response:
    """A usage record of the caller. Raises the same `NotFound` for the records of others and for none."""
    caller = await authenticate(request)
    public_id = query.text(request, "id")
    if not public_id:
        raise InvalidRequest("id is required.", param="id", code="missing_field")
    found = await offload(settled_record, caller, public_id[:MAX_ID_LENGTH])
    if found is None:
        raise NotFound("There is no finished generation of yours with this id.", param="id")
    return json_response({"data": generation_object(*found)})


def settled_record(caller: Caller, public_id: str) -> tuple[UsageRecord, list[Attempt]] | None:
    """The record and its attempts; None where it is open or not the caller's. Blocking."""
    found = reports.generation(public_id, [caller.user_id])
    return None if found is None or found[0].state == "open" else found
