"""From what a provider answered to the error tree: status, Retry-After and the words it used."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from core.contract.errors import (
    UpstreamDenied,
    UpstreamError,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.providers.shared.scrub import scrub

LONGEST_RETRY_AFTER = 3600.0
NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits"}
NO_CREDIT_TEXT = "The account at the provider has no credit left."
DENIED_TEXT = "The provider did not accept our key."
WORDS = {
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
    "content_policy_violation": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "tokens": 429,
    **dict.fromkeys(NO_CREDIT, 429),
    "overloaded_error": 503,
}
"""What OpenAI and those who speak like it call an error where there is no status any more."""
TIMEOUTS = {408, 504, 524}
STATUSES = range(400, 600)
EXCERPT = 64 * 1024
"""How much of an error page is worth reading."""


def from_status(
    status: int, headers: Mapping[str, str], body: bytes, hide: Iterable[str] = ()
) -> UpstreamError:
    """The error a status other than 2xx stands for; `hide` never appears in its message."""
    if status < 400:
        return UpstreamInvalid(
            f"The provider answered {status}; redirects are never followed.", code="upstream_redirect"
        )
    return _error(status, retry_after(headers), _details(body), hide)


def from_object(value: Mapping[str, Any], hide: Iterable[str] = ()) -> UpstreamError | None:
    """The error inside an answer that was labelled 200, or None where there is none."""
    error = value.get("error")
    if not error:
        return None
    return _error(_status(error), None, _words(value), hide)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds a provider asks us to wait, between 0 and an hour; None where it says nothing usable."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _capped(milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return _capped(seconds)
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return _capped((date - (now or datetime.now(UTC))).total_seconds())


def _error(status: int, wait: float | None, details: tuple[str, str], hide: Iterable[str]) -> UpstreamError:
    message, code = scrub(details[0], hide), details[1]
    if status == 402 or (status == 429 and code in NO_CREDIT):
        return UpstreamDenied(NO_CREDIT_TEXT, code="upstream_no_credit")
    if status in (401, 403):
        return UpstreamDenied(DENIED_TEXT)
    if status == 429:
        return UpstreamLimited(f"The provider limits our requests{_said(message)}", retry_after=wait)
    if status in TIMEOUTS:
        return UpstreamTimeout(f"The provider answered {status}, a timeout.", retry_after=wait)
    if status == 404:
        return UpstreamRefused(message or "The provider does not know this model.", code="upstream_not_found")
    if status in (409, 425) or status >= 500:
        return UpstreamFailed(f"The provider failed with {status}{_said(message)}", retry_after=wait)
    return UpstreamRefused(message or f"The provider refused the request with {status}.")


def _status(error: Any) -> int:
    """The status an error object stands for: its code says so, as a number or as a word, or its type."""
    told = (error.get("code"), error.get("status"), error.get("type")) if isinstance(error, dict) else ()
    for code in told:
        number = int(code) if isinstance(code, str) and re.fullmatch(r"\d{3}", code) else code
        if isinstance(number, int) and number in STATUSES:
            return number
        if isinstance(code, str) and code in WORDS:
            return WORDS[code]
    return 500


def _said(message: str) -> str:
    return f": {message}" if message else "."


def _details(body: bytes) -> tuple[str, str]:
    """Message and code of an error body, both empty where it is not JSON; pages for people stay unread."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", ""
    return _words(value) if isinstance(value, dict) else ("", "")


def _words(value: Mapping[str, Any]) -> tuple[str, str]:
    error = value.get("error")
    inner: Mapping[str, Any] = error if isinstance(error, dict) else value
    found = [error, inner.get("message"), inner.get("detail"), inner.get("msg")]
    message = next((text for text in found if isinstance(text, str) and text), "")
    code = inner.get("code") or inner.get("type")
    return message, code if isinstance(code, str) else ""


def _number(text: str | None) -> float | None:
    if not text or not re.fullmatch(r"-?\d{1,15}(\.\d{0,9})?", text.strip()):
        return None
    return float(text)


def _capped(seconds: float) -> float:
    return min(max(math.ceil(seconds * 1000) / 1000, 0.0), LONGEST_RETRY_AFTER)
