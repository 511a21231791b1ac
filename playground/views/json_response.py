"""Errors of the JSON views as the API's error envelope, and the decorator that requires a signed-in user."""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from core.contract.errors import AuthenticationFailed, MethodNotAllowed, NotFound, PolyphonyError
from core.models import User
from core.models.outage import DATABASE_AWAY, database_unavailable
from playground.uploads.storage import storage_failed

log = logging.getLogger("polyphony.pages")
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], Awaitable[HttpResponseBase]]
Handler = Callable[Concatenate[HttpRequest, P], Awaitable[HttpResponseBase]]


def error_response(error: PolyphonyError) -> HttpResponse:
    response = JsonResponse({"error": error.envelope()}, status=error.status)
    response["Cache-Control"] = "private, no-store"
    return response


def not_found() -> NotFound:
    """The same for an unknown id and for one of another user."""
    return NotFound("There is no such thing, or it is not yours.")


def signed_in(*methods: str) -> Callable[[View[P]], Handler[P]]:
    """Decorator of a view for `methods`: it gets the signed-in user; its `PolyphonyError` is answered."""

    def decorate(view: View[P]) -> Handler[P]:
        @wraps(view)
        async def handle(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                refused = error_response(MethodNotAllowed(f"Use {' or '.join(methods)} here."))
                refused["Allow"] = ", ".join(methods)
                return refused
            try:
                user = await request.auser()
                if not isinstance(user, User):
                    return error_response(AuthenticationFailed("Sign in first.", code="not_signed_in"))
                return await view(request, user, *args, **kwargs)
            except PolyphonyError as error:
                return error_response(error)
            except DATABASE_AWAY as error:
                log.error("%s: the database does not answer: %s", request.path, type(error).__name__)
                return error_response(database_unavailable())
            except OSError as error:
                if error.errno not in DISK_FULL:
                    raise
                return error_response(storage_failed())

        return handle

    return decorate
