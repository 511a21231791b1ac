"""Vertex AI: the project and the region of a service account, at Google's global or regional addresses.

https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations

The options `project` and `location`, of a provider or an endpoint, win over what key and address say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from core.contract.errors import InvalidRequest, UpstreamDenied
from core.contract.route import Secret, Target
from core.contract.text.provider_key import service_account
from core.providers.gemini.connection import KEY, TOKEN, Connection
from core.providers.gemini.tokens import access_token

HOST = "aiplatform.googleapis.com"
GLOBAL = "global"
PUBLISHER = "publishers/google/models"
PAGE = 100
"""Models on a page of the list."""
VERSION = re.compile(r"/v1(?:beta\d*)?$")
REGION = re.compile(r"[a-z0-9-]{1,40}")
PROJECT = re.compile(r"(?:[a-z0-9.-]{1,60}:)?[a-z0-9-]{1,60}")


async def connect(target: Target) -> Connection:
    """What calls of `target` need: an access token, fetched where there is none that lasts.

    A key that is no service account is one of Vertex AI's express mode.
    https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview

    Raises `UpstreamDenied` for an account that Google does not accept, `Unavailable` without the library.
    """
    key = target.credential.reveal() if target.credential else ""
    if not key.startswith("{"):
        return Connection(
            KEY, target, PUBLISHER, takes_files=False, lists=listed(target, target.base_url), page=PAGE
        )
    account = service_account(key)
    if account is None:
        raise UpstreamDenied("The stored provider key is no service account.")
    token = await access_token(key, account, public_only=target.public_only)
    project = named(target.options.get("project") or account.get("project_id"), PROJECT, "project")
    location = located(target)
    address = regional(target.base_url, location)
    keyed = replace(target, credential=Secret(lambda: token))
    called = replace(keyed, base_url=f"{address}/projects/{project}/locations/{location}")
    if project != account.get("project_id"):
        keyed = replace(keyed, headers={**keyed.headers, "x-goog-user-project": project})
    return Connection(TOKEN, called, PUBLISHER, takes_files=False, lists=listed(keyed, address), page=PAGE)


def listed(target: Target, address: str) -> Target:
    """The target of the list of Google's models, which is of no project and only in the beta version.

    The account's own project pays for the call; another one has to be named in a header.

    https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list
    """
    return replace(target, base_url=f"{VERSION.sub('', address.rstrip('/'))}/v1beta1")


def located(target: Target) -> str:
    """The region: the option, else the one in the address, else `global`."""
    if location := target.options.get("location"):
        return named(location, REGION, "location")
    host = urlsplit(target.base_url).hostname or ""
    region = host.removesuffix(HOST).removesuffix("-")
    return region if host.endswith(f"-{HOST}") and REGION.fullmatch(region) else GLOBAL


def regional(base_url: str, location: str) -> str:
    """The address of a region; addresses other than Google's global one stay as they are."""
    parts = urlsplit(base_url.rstrip("/"))
    if parts.hostname != HOST or location == GLOBAL:
        return base_url.rstrip("/")
    return urlunsplit(parts._replace(netloc=f"{location}-{HOST}"))


def named(value: object, form: re.Pattern[str], what: str) -> str:
    """A name that may stand in a path. Raises `InvalidRequest`."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InvalidRequest(f"Vertex AI needs a {what}: it is in the key, or an option of the provider.")
    return value
