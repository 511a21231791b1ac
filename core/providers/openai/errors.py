"""OpenAI's `error` object, in the shapes in which servers with its API write it: in error pages and in a 200.

https://platform.openai.com/docs/guides/error-codes
https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import orjson

from core.contract.errors import UpstreamError, UpstreamInvalid
from core.providers.shared.errors import ErrorDetails, from_details
from core.providers.shared.json_body import decode

NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits"}
STATUSES_BY_CODE = {
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
"""The status that a `code` or `type` means where the answer itself had the status 200."""
STATUSES = range(400, 600)


def read_error(body: bytes) -> ErrorDetails:
    """The details of an error page; empty for anything but a JSON object."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ErrorDetails()
    return details_of(value) if isinstance(value, dict) else ErrorDetails()


def error_in(value: Any, hide: Iterable[str] = ()) -> UpstreamError | None:
    """The error that an object in a 200 holds under `error`, or None where it holds none."""
    error = value.get("error") if isinstance(value, dict) else None
    if not error:
        return None
    return from_details(status_of(error), details_of(value), hide)


def refuse(body: bytes, hide: tuple[str, ...]) -> NoReturn:
    """Raise the error of a body that should have been the answer to the request."""
    raise refusal(decode(body), hide)


def refusal(value: Any, hide: tuple[str, ...]) -> UpstreamError:
    """The error of an object that should have been the answer to the request."""
    return error_in(value, hide) or UpstreamInvalid(
        "The provider answered with something else than was asked for."
    )


def details_of(value: Mapping[str, Any]) -> ErrorDetails:
    """`{"error": {"message", "code", "type"}}`; some servers write `{"error": text}`, or `message`, `detail`
    or `msg` without an `error` around them."""
    error = value.get("error")
    inner: Mapping[str, Any] = error if isinstance(error, dict) else value
    candidates = (error, inner.get("message"), inner.get("detail"), inner.get("msg"))
    message = next((text for text in candidates if isinstance(text, str) and text), "")
    code = inner.get("code") or inner.get("type")
    return ErrorDetails(message, isinstance(code, str) and code in NO_CREDIT)


def status_of(error: Any) -> int:
    """The status that an error object means, by its code, status or type, as a number or a word; else 500."""
    codes = (error.get("code"), error.get("status"), error.get("type")) if isinstance(error, dict) else ()
    for code in codes:
        number = int(code) if isinstance(code, str) and re.fullmatch(r"\d{3}", code) else code
        if isinstance(number, int) and number in STATUSES:
            return number
        if isinstance(code, str) and code in STATUSES_BY_CODE:
            return STATUSES_BY_CODE[code]
    return 500
