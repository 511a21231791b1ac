"""What is answered to somebody who is signed in is stored nowhere: by no proxy, on no shared computer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

PERSONAL = "private, no-store"


@sync_and_async_middleware
def personal_answers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware above the session's: marks what is answered to, or starts, a session.

    A view that marks its answer as private itself, such as a file that is asked for in ranges, is left alone.
    """
    if iscoroutinefunction(get_response):
        answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def handle(request: HttpRequest) -> HttpResponseBase:
            return marked(request, await answer(request))

        return handle
    return lambda request: marked(request, get_response(request))


def marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    name = settings.SESSION_COOKIE_NAME
    personal = name in request.COOKIES or name in response.cookies
    if personal and "private" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = PERSONAL
    return response
