"""What every request passes: a request id, the Host check, counting, and the answer of last resort."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from itertools import count
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from core.api.http.json_response import failure
from core.api.http.metrics import measures
from core.contract.errors import InvalidRequest, PolyphonyError

log = logging.getLogger("polyphony.api")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

STRAIGHT = "polyphony.send"
"""Where a scope has the server's own `send`: an answer that has begun need not pass the layers again."""

PROBES = frozenset({"/healthz", "/readyz"})
CLIENT_LEFT = 499
PROCESS = secrets.token_hex(8)
numbers = count(1)
"""Together a request id: unique, not secret, and without asking the kernel for randomness every time."""


LATER = "polyphony.answer"


class Later:
    """An endpoint's answer, given once the layers that found the endpoint have returned.

    Every piece of a long answer would pass through all of them otherwise, up and down.
    """

    def __init__(self, answer: Application) -> None:
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[LATER] = self.answer


class Cut(Exception):
    """Raised after the first byte of a sound: the server must break the connection, not end the answer."""

    told = True


class Entry:
    """Pure ASGI middleware around the whole application."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        passage = Passage(send)
        measures.in_flight += 1
        try:
            if scope["path"] not in PROBES:
                check_host(scope)
            await self.app(scope, receive, passage.send)
            if answer := scope.get(LATER):
                await answer(scope, receive, passage.send)
        except ClientDisconnect:
            pass
        except Cut:
            measures.cut += 1
            raise
        except Exception as error:
            if passage.status:
                raise
            await last_answer(error, passage)(scope, receive, passage.send)
        finally:
            measures.in_flight -= 1
            # the route is a pattern: counting paths would let strangers grow the table
            measures.count(
                scope.get("polyphony.route", "other"), passage.status or CLIENT_LEFT, passage.elapsed()
            )


class Passage:
    """One answer on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._began = time.monotonic()
        self.request_id = f"req_{PROCESS}{next(numbers):08x}"
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self.request_id.encode()),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)

    def elapsed(self) -> float:
        """Seconds since the request came."""
        return time.monotonic() - self._began


def last_answer(error: Exception, passage: Passage) -> Response:
    if isinstance(error, PolyphonyError):
        return failure(error)
    log.exception("request %s failed", passage.request_id, exc_info=error)
    return failure(PolyphonyError("Something went wrong here. The request id helps to find it."))


def check_host(scope: Scope) -> None:
    """Raise `InvalidRequest` for a Host header that is not one of ours."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    host = values[0].decode("latin-1") if len(values) == 1 else ""
    if not known_host(host, tuple(settings.ALLOWED_HOSTS)):
        raise InvalidRequest("This server does not answer to this Host header.", code="invalid_host")


@lru_cache(maxsize=256)
def known_host(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)
