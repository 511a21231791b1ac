"""Access tokens of Microsoft Entra for an application, by its client credentials.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from core.contract.errors import UpstreamDenied, UpstreamInvalid, UpstreamRefused
from core.contract.events import Event
from core.contract.requests import Request
from core.contract.route import Secret, Target
from core.contract.text.provider_key import entra_application
from core.providers.azure.errors import read_error
from core.providers.shared import http
from core.providers.shared.access_tokens import AccessToken, TokenStore
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count

AUTHORITY = "https://login.microsoftonline.com"
SCOPE = "https://cognitiveservices.azure.com/.default"
LIMITS = http.CallLimits(total=20.0, idle=10.0, size=http.MIB)
TOKENS = TokenStore()

R = TypeVar("R", bound=Request)


async def with_token(
    method: Callable[[Target, R], AsyncGenerator[Event, None]], target: Target, request: R
) -> AsyncGenerator[Event, None]:
    """The events of an adapter's method, called with an access token where the key is an application's."""
    async with aclosing(method(await authorized(target), request)) as events:
        async for event in events:
            yield event


async def authorized(target: Target) -> Target:
    """The target with a token in place of an application's credentials; with any other key as it is.

    Raises `UpstreamDenied` for an application that Entra does not accept.
    """
    key = target.credential.reveal() if target.credential else ""
    if not key.startswith("{"):
        return target
    application = entra_application(key)
    if application is None:
        raise UpstreamDenied("The stored provider key is no application of Microsoft Entra.")
    token = await TOKENS.token(key, lambda: fetch(application, public_only=target.public_only))
    return replace(target, credential=Secret(lambda: token))


async def fetch(application: dict[str, str], *, public_only: bool) -> AccessToken:
    """A new token. Raises from the error tree."""
    authority = application.get("authority", AUTHORITY).rstrip("/")
    url = f"{authority}/{quote(application['tenant_id'], safe='')}/oauth2/v2.0/token"
    secret = application["client_secret"]
    form = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": application["client_id"],
            "client_secret": secret,
            "scope": application.get("scope", SCOPE),
        }
    )
    headers = {"Accept-Encoding": "identity", "Content-Type": "application/x-www-form-urlencoded"}
    call = http.Call(
        "POST", url, headers, form.encode(), LIMITS, (secret,), read_error, public_only=public_only
    )
    refused = False
    try:
        async with await http.send(call) as response:
            value = decode(await response.body())
    except (UpstreamDenied, UpstreamRefused):
        refused = True
    if refused:  # raised outside the handler: its context may quote the application
        raise UpstreamDenied("Microsoft Entra did not accept the application.")
    return token_of(value)


def token_of(value: Any) -> AccessToken:
    """The token of an answer. Raises `UpstreamInvalid`."""
    found = value if isinstance(value, dict) else {}
    text, seconds = string(found.get("access_token")), count(found.get("expires_in"))
    if not text or not seconds:
        raise UpstreamInvalid("Microsoft Entra answered with something else than a token.")
    return AccessToken(text, datetime.now(UTC) + timedelta(seconds=min(seconds, 86_400)))
