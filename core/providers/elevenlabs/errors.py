"""ElevenLabs' errors: an object with a code and a message, a list of FastAPI's, or words, under `detail`.

https://elevenlabs.io/docs/eleven-api/resources/errors,
https://help.elevenlabs.io/hc/en-us/articles/19572237925521-API-Error-Code-400-or-401
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamError, UpstreamInvalid
from core.providers.openai.errors import details_of
from core.providers.shared.errors import ErrorDetails, from_details
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string

LONGEST_CODE = 100
UNKNOWN = 500
"""The status of an error without one."""

STATUSES = {
    "quota_exceeded": 402,
    "insufficient_credits": 402,
    "payment_required": 402,
    "free_users_not_allowed": 402,
    "voice_not_found": 404,
    "model_not_found": 404,
    "invalid_api_key": 401,
    "missing_permissions": 403,
    "max_character_limit_exceeded": 413,
    "too_many_concurrent_requests": 429,
    "rate_limit_exceeded": 429,
    "system_busy": 429,
}
"""What a code means: ElevenLabs answers 401 for an account without credit and 400 for a missing voice."""


def read_error(body: bytes) -> ErrorDetails:
    """The details of an error page; empty for anything but JSON."""
    try:
        value = decode(body)
    except UpstreamInvalid:
        return ErrorDetails()
    return read_details(value)


def read_details(value: Any) -> ErrorDetails:
    """What the object of an error says."""
    found = details_of(value)
    codes = codes_of(value)
    if not codes:
        return found
    status = next((STATUSES[code] for code in codes if code in STATUSES), None)
    return replace(found, status=status, metadata={"upstream_code": codes[0][:LONGEST_CODE]})


def codes_of(value: Any) -> list[str]:
    """The vendor's codes: `status` is the older name, `code` the newer, `type` a group of them."""
    detail = value.get("detail") if isinstance(value, dict) else None
    if not isinstance(detail, dict):
        return []
    return [code for name in ("code", "status", "type") if (code := string(detail.get(name)))]


def refusal_in(value: Any, hide: Iterable[str]) -> UpstreamError | None:
    """The error that an object in a 200 is; None for any other."""
    if not isinstance(value, dict) or not (value.get("detail") or value.get("error")):
        return None
    details = read_details(value)
    return from_details(details.status or UNKNOWN, details, hide, details.wait)


def refusal(value: Any, hide: Iterable[str]) -> UpstreamError:
    """The error of an object that should have been the answer to the request."""
    return refusal_in(value, hide) or UpstreamInvalid(
        "The provider answered with something else than was asked for."
    )
