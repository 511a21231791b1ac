"""Who sends a request."""

from __future__ import annotations

from starlette.requests import Request

from core.access import authentication
from core.contract.requests import Caller
from core.media import client as media


async def authenticate(request: Request) -> Caller:
    """The caller, by the Authorization header and nothing else. Raises what `authentication` raises."""
    values = [value.decode("latin-1") for name, value in request.scope["headers"] if name == b"authorization"]
    client = request.scope.get("client")
    caller = await authentication.authenticate(values, client[0] if client else "")
    media.work_for(caller.user_id)
    return caller
