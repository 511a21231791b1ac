"""The ASGI middleware of every API request: request id, Host check, metrics, unhandled exceptions."""

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

from core.access import limits
from core.access.limits import LimitReport
from core.api.http.json_response import error_response
from core.api.http.metrics import request_metrics
from core.api.serializers.limits import limit_headers
from core.contract.errors import InvalidRequest, PolyphonyError
from core.models.outage import DATABASE_AWAY, database_unavailable

log = logging.getLogger("polyphony.api")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PROBES = frozenset({"/healthz", "/readyz"})
CLIENT_LEFT = 499
PERSONAL = (b"cache-control", b"private, no-store")
PROCESS_ID = secrets.token_hex(8)
request_numbers = count(1)
"""Together a request id: unique, not secret, and without asking the kernel for randomness every time."""


class ResponseAborted(Exception):
    """Raised after the first byte of audio: the server must break the connection, not end the response.

    `logged` keeps its traceback out of the server's log, see `core.logs`.
    """

    logged = True


class APIMiddleware:
    """Pure ASGI middleware around the whole API."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(send)
        request_metrics.in_flight += 1
        try:
            if scope["path"] not in PROBES:
                check_host(scope)
            await self.app(scope, receive, exchange.send)
        except ClientDisconnect:
            pass
        except ResponseAborted:
            request_metrics.aborted += 1
            raise
        except Exception as error:
            if exchange.status:
                raise
            await last_response(error, exchange)(scope, receive, exchange.send)
        finally:
            request_metrics.in_flight -= 1
            # by the pattern of the route: clients could grow a table of paths without bound
            request_metrics.count(
                scope.get("polyphony.route", "other"), exchange.status or CLIENT_LEFT, exchange.elapsed()
            )


class Exchange:
    """One request and its response: the request id, the status sent, the time since it began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._limits = LimitReport()
        limits.report.set(self._limits)
        self._began = time.monotonic()
        self.request_id = f"req_{PROCESS_ID}{next(request_numbers):08x}"
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", ())
            personal = () if any(name == b"cache-control" for name, _ in headers) else (PERSONAL,)
            message["headers"] = [
                *headers,
                *personal,
                *limit_headers(self._limits),
                (b"x-request-id", self.request_id.encode()),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)

    def elapsed(self) -> float:
        """Seconds since the request was received."""
        return time.monotonic() - self._began


def last_response(error: Exception, exchange: Exchange) -> Response:
    """The response for an exception that no handler took."""
    if isinstance(error, PolyphonyError):
        return error_response(error)
    if isinstance(error, DATABASE_AWAY):
        log.error("request %s: the database does not answer: %s", exchange.request_id, type(error).__name__)
        return error_response(database_unavailable())
    log.exception("request %s failed", exchange.request_id, exc_info=error)
    return error_response(PolyphonyError("Something went wrong here. The request id helps to find it."))


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
