"""Pages show times in the reader's time zone, which the browser names in a cookie."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.timezone import override

COOKIE = "timezone"
NAME = re.compile(r"[A-Za-z][\w+-]{0,31}(?:/[\w+-]{1,31}){0,2}", re.ASCII)


@sync_and_async_middleware
def reader_time_zone(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware: the zone of the cookie, else that of the setting `TIME_ZONE`, for each request."""
    if iscoroutinefunction(get_response):
        answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def handle(request: HttpRequest) -> HttpResponseBase:
            with override(zone(request.COOKIES.get(COOKIE, ""))):
                return await answer(request)

        return handle

    def handle_blocking(request: HttpRequest) -> HttpResponseBase:
        with override(zone(request.COOKIES.get(COOKIE, ""))):
            return get_response(request)

    return handle_blocking


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as `Asia/Shanghai`; None for anything else."""
    if not NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
