"""Access tokens of service accounts, by Google's own library: the one module that imports it.

https://google-auth.readthedocs.io/en/master/reference/google.oauth2.service_account.html

The library signs and reads; its calls go through our HTTP client, so that addresses are checked and nothing
is retried. A token is used until five minutes before its end, and fetched once for all who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.util import find_spec
from typing import Any
from weakref import WeakKeyDictionary

from core.contract.errors import (
    PolyphonyError,
    Unavailable,
    UpstreamDenied,
    UpstreamError,
    UpstreamRefused,
)
from core.providers.gemini.errors import read_error
from core.providers.shared import http

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
AHEAD = timedelta(minutes=5)
LIMITS = http.CallLimits(total=20.0, idle=10.0, size=http.MIB)
HINT = 'pip install "polyphony[vertex]"'
ACCOUNTS = 100
"""At most so many are remembered."""

_accounts: dict[bytes, Any] = {}
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bytes, asyncio.Lock]] = WeakKeyDictionary()


async def access_token(key: str, account: Mapping[str, str], *, public_only: bool) -> str:
    """A token that lasts for five minutes at least.

    Raises `Unavailable` without the library, `UpstreamDenied` for an account that Google does not accept.
    """
    if find_spec("google") is None or find_spec("google.auth") is None:
        raise Unavailable(f"google-auth is not installed here: {HINT}")
    name = sha256(key.encode()).digest()
    credentials = _accounts.get(name) or remembered(name, account)
    if not lasts(credentials):
        async with lock_of(name):
            if not lasts(credentials):
                await refresh(credentials, key, public_only=public_only)
    return str(credentials.token)


def remembered(name: bytes, account: Mapping[str, str]) -> Any:
    """The library's credentials of an account."""
    from google.oauth2 import service_account  # noqa: PLC0415 - optional

    failure = None
    try:
        found = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(account), scopes=[SCOPE]
        )
    except (ValueError, TypeError):
        failure = UpstreamDenied("The private key of the service account cannot be read.")
    if failure:
        raise failure
    if len(_accounts) >= ACCOUNTS:
        _accounts.pop(next(iter(_accounts)))
    _accounts[name] = found
    return found


def lasts(credentials: Any) -> bool:
    expiry = credentials.expiry
    return bool(credentials.token and expiry and expiry.replace(tzinfo=UTC) - datetime.now(UTC) > AHEAD)


def lock_of(name: bytes) -> asyncio.Lock:
    return _locks.setdefault(asyncio.get_running_loop(), {}).setdefault(name, asyncio.Lock())


async def refresh(credentials: Any, key: str, *, public_only: bool) -> None:
    """Fetch a new token. Raises the error of the call, or `UpstreamDenied` for any other."""
    transport = Transport(asyncio.get_running_loop(), (key,), public_only)
    failure: PolyphonyError | None = None
    try:
        await asyncio.to_thread(credentials.refresh, transport)
    except Exception as error:
        failure = transport.failure or UpstreamDenied("Google did not accept the service account.")
        del error
    if failure:
        raise failure


class Response:
    """An answer as the library reads it."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status = status
        self.headers = headers
        self.data = data


class Transport:
    """Sends the library's calls from its thread with our client, on the loop of the request.

    https://google-auth.readthedocs.io/en/master/reference/google.auth.transport.html
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, hide: tuple[str, ...], public_only: bool) -> None:
        self.failure: UpstreamError | None = None
        self._loop = loop
        self._hide = hide
        self._public_only = public_only

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **further: Any,
    ) -> Response:
        content = body.encode() if isinstance(body, str) else body or b""
        call = http.Call(
            method, url, {"Accept-Encoding": "identity", **(headers or {})}, content, LIMITS, self._hide,
            read_error, public_only=self._public_only,
        )  # fmt: skip
        return asyncio.run_coroutine_threadsafe(self._send(call), self._loop).result()

    async def _send(self, call: http.Call) -> Response:
        try:
            async with await http.send(call) as response:
                return Response(200, dict(response.headers), await response.body())
        except UpstreamError as error:
            found = error
        self.failure = denied(found)
        raise self.failure


def denied(error: UpstreamError) -> UpstreamError:
    """What the refusal of a token means: that the account is not accepted, gone or blocked."""
    if isinstance(error, UpstreamRefused):
        return UpstreamDenied("Google did not accept the service account.")
    return error
