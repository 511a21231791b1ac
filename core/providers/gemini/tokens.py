"""Access tokens of service accounts, by Google's own library: the one module that imports it.

https://google-auth.readthedocs.io/en/master/reference/google.oauth2.service_account.html

The library signs and reads; its calls go through our HTTP client, so that addresses are checked and nothing
is retried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC
from importlib.util import find_spec
from typing import Any

from core.contract.errors import (
    PolyphonyError,
    Unavailable,
    UpstreamDenied,
    UpstreamError,
    UpstreamRefused,
)
from core.providers.gemini.errors import read_error
from core.providers.shared import http
from core.providers.shared.access_tokens import AccessToken, TokenStore

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIMITS = http.CallLimits(total=20.0, idle=10.0, size=http.MIB)
HINT = 'pip install "polyphony[vertex]"'
TOKENS = TokenStore()


async def access_token(key: str, account: Mapping[str, str], *, public_only: bool) -> str:
    """A token that lasts for five minutes at least.

    Raises `Unavailable` without the library, `UpstreamDenied` for an account that Google does not accept.
    """
    if find_spec("google") is None or find_spec("google.auth") is None:
        raise Unavailable(f"google-auth is not installed here: {HINT}")
    return await TOKENS.token(key, lambda: fetch(key, account, public_only=public_only))


async def fetch(key: str, account: Mapping[str, str], *, public_only: bool) -> AccessToken:
    """A new token. Raises the error of the call, or `UpstreamDenied` for any other."""
    credentials = credentials_of(account)
    transport = Transport(asyncio.get_running_loop(), (key,), public_only)
    failure: PolyphonyError | None = None
    try:
        await asyncio.to_thread(credentials.refresh, transport)
    except Exception as error:
        failure = transport.failure or UpstreamDenied("Google did not accept the service account.")
        del error
    if failure:
        raise failure
    return AccessToken(str(credentials.token), credentials.expiry.replace(tzinfo=UTC))


def credentials_of(account: Mapping[str, str]) -> Any:
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
    return found


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
