"""What every call on the OpenAI wire shares: address, headers, limits, errors inside a 200."""

from __future__ import annotations

from typing import Any, NoReturn

import orjson

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.shared import http
from core.providers.shared.errors import from_object
from core.providers.shared.form_body import FormBody
from core.providers.shared.json_body import JsonBody, encode

AGENT = "polyphony"
SHORTEST_SECRET = 8
"""Header values below this length are words like `true`, not secrets."""
JSON_TYPES = ("application/json", "application/problem+json", "text/json")


def call(
    target: Target, method: str, path: str, body: dict[str, Any] | None, limits: http.Limits
) -> http.Call:
    """The request for `path` below the target's base URL; raises `Unavailable` where its key is locked."""
    headers, hide = _credentials(target)
    content: bytes | JsonBody = b""
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = encode(body)
        if isinstance(content, JsonBody):
            headers |= content.headers
    return http.Call(method, _address(target, path), headers, content, limits, hide)


def upload(target: Target, path: str, form: FormBody, limits: http.Limits) -> http.Call:
    """The request that sends `form` to `path`; raises `Unavailable` where the target's key is locked."""
    headers, hide = _credentials(target)
    headers |= form.headers
    return http.Call("POST", _address(target, path), headers, form, limits, hide)


def _address(target: Target, path: str) -> str:
    return f"{target.base_url.rstrip('/')}/{path}"


def _credentials(target: Target) -> tuple[dict[str, str], tuple[str, ...]]:
    """Headers of every call, and what of them must not be seen."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": AGENT, **target.headers}
    hide = tuple(value for value in target.headers.values() if len(value) >= SHORTEST_SECRET)
    if target.credential is not None:
        key = target.credential.reveal()
        headers["Authorization"] = http.bearer(key)
        hide = (key, *hide)
    return headers, hide


def limits(target: Target, default: http.Limits) -> http.Limits:
    """`default`, with the seconds an admin wrote into the endpoint's options."""
    total, idle = (
        target.options.get("timeout", default.total),
        target.options.get("idle_timeout", default.idle),
    )
    if (total, idle) == (default.total, default.idle):
        return default
    return http.Limits(float(total), float(idle), default.pace, default.size)


def is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip() in JSON_TYPES


def refuse(body: bytes, hide: tuple[str, ...]) -> NoReturn:
    """Raise what a body means that should have been something else."""
    value = decoded(body)
    error = from_object(value, hide) if isinstance(value, dict) else None
    raise error or UpstreamInvalid("The provider answered with something else than was asked for.")


def decoded(body: bytes) -> Any:
    """The JSON value of `body`. Raises `UpstreamInvalid`."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        failure = UpstreamInvalid("The provider answered with broken JSON.")
    raise failure
