"""HTTP calls to a target: address, headers, key, body and limits, for any vendor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.contract.route import Sending, Target
from core.providers.shared.errors import ErrorReader
from core.providers.shared.form_body import FormBody
from core.providers.shared.http import Call, CallLimits
from core.providers.shared.json_body import JsonBody, encode

AGENT = "polyphony"
SHORTEST_SECRET = 8
"""Header values below this length are words like `true`, not secrets."""
JSON_TYPES = ("application/json", "application/problem+json", "text/json")


def address(target: Target, path: str) -> str:
    """The address of `path` below the target's base URL."""
    return f"{target.base_url.rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True)
class Vendor:
    """What differs from vendor to vendor in every call.

    `key_headers` makes the headers that carry a key, and raises `UpstreamDenied` for a key that cannot be
    sent; `read_error` reads the vendor's error pages; `address` makes the address of a path.
    """

    key_headers: Callable[[str], dict[str, str]]
    read_error: ErrorReader
    address: Callable[[Target, str], str] = address

    def json_call(
        self, target: Target, method: str, path: str, body: dict[str, Any] | None, limits: CallLimits
    ) -> Call:
        """The call of `path` at the target. Raises `Unavailable` where its key is locked."""
        headers, hide = self._headers(target)
        content: bytes | JsonBody = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = encode(body)
            if isinstance(content, JsonBody):
                headers |= content.headers
        url = self.address(target, path)
        return Call(method, url, headers, content, limits, hide, self.read_error, **of_target(target))

    def form_call(self, target: Target, path: str, form: FormBody, limits: CallLimits) -> Call:
        """The POST of `form` to `path`. Raises `Unavailable` where the target's key is locked."""
        headers, hide = self._headers(target)
        headers |= form.headers
        url = self.address(target, path)
        return Call("POST", url, headers, form, limits, hide, self.read_error, **of_target(target))

    def _headers(self, target: Target) -> tuple[dict[str, str], tuple[str, ...]]:
        """Headers of every call, and the secrets among them."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": AGENT, **target.headers}
        hide = tuple(value for value in target.headers.values() if len(value) >= SHORTEST_SECRET)
        if target.credential is not None:
            key = target.credential.reveal()
            headers |= self.key_headers(key)
            hide = (key, *hide)
        return headers, hide


def of_target(target: Target) -> dict[str, Any]:
    """What a call has from its target as it is."""
    return {"sending": target.sending or Sending(), "public_only": target.public_only}


def target_limits(target: Target, default: CallLimits) -> CallLimits:
    """`default` with the seconds of the endpoint's options `timeout` and `idle_timeout`."""
    total, idle = (
        target.options.get("timeout", default.total),
        target.options.get("idle_timeout", default.idle),
    )
    if (total, idle) == (default.total, default.idle):
        return default
    return CallLimits(float(total), float(idle), default.size)


def is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip() in JSON_TYPES
