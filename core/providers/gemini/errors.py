"""Errors of Google's APIs: `{"error": {"code", "message", "status", "details"}}`, also in a list of one.

https://cloud.google.com/apis/design/errors, https://ai.google.dev/gemini-api/docs/troubleshooting
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.contract.errors import UpstreamError, UpstreamInvalid, UpstreamRefused
from core.providers.shared.errors import ErrorDetails, from_details
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count
from core.providers.shared.waits.retry_after import duration

DENIED = 403
STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": DENIED,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": DENIED,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "DATA_LOSS": 500,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""By Google's `status`. A failed precondition is the account's: no billing, a country without the API."""
KEY_REASONS = frozenset(
    {"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "CONSUMER_INVALID", "SERVICE_DISABLED"}
)
"""Reasons of an `ErrorInfo` that blame our key, whatever the status: an invalid one is answered with 400."""
RETRY_INFO = "google.rpc.RetryInfo"
BAD_REQUEST = "google.rpc.BadRequest"


def read_error(body: bytes) -> ErrorDetails:
    """The details of an error page; empty for anything but JSON."""
    try:
        value = decode(body)
    except UpstreamInvalid:
        return ErrorDetails()
    return details_of(error_object(value))


def error_in(value: Any, hide: Iterable[str] = ()) -> UpstreamError | None:
    """The error that an object of an answer is; None for any other."""
    found = error_object(value)
    if not found:
        return None
    details = details_of(found)
    status = details.status or count(found.get("code")) or 500
    return from_details(status if 400 <= status < 600 else 500, details, hide, details.wait)


def error_object(value: Any) -> Mapping[str, Any]:
    """What is under `error`; empty where nothing is. OAuth writes a word there, and its words beside it."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = value.get("error") if isinstance(value, dict) else None
    if isinstance(found, str):
        return {"status": found, "message": string(value.get("error_description")) or found}
    return found if isinstance(found, dict) else {}


def details_of(error: Mapping[str, Any]) -> ErrorDetails:
    status, rows = string(error.get("status")), list(objects(error.get("details")))
    ours = any(row.get("reason") in KEY_REASONS for row in rows)
    waits = (
        duration(string(row.get("retryDelay")))
        for row in rows
        if string(row.get("@type")).endswith(RETRY_INFO)
    )
    return ErrorDetails(
        string(error.get("message")).strip(),
        param=next(filter(None, map(field_of, rows)), None),
        metadata={"upstream_code": status[:100]} if status else {},
        wait=next((wait for wait in waits if wait is not None), None),
        status=DENIED if ours else STATUSES.get(status),
    )


def field_of(row: Mapping[str, Any]) -> str | None:
    """The field of the request that was wrong, as a `BadRequest` names it."""
    if not string(row.get("@type")).endswith(BAD_REQUEST):
        return None
    found = next((string(one.get("field")) for one in objects(row.get("fieldViolations"))), "")
    return found[:200] or None


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Those of a list that are objects."""
    return (row for row in value if isinstance(row, dict)) if isinstance(value, list) else iter(())


def blocked(value: Mapping[str, Any]) -> UpstreamRefused | None:
    """The refusal of a prompt that Google did not let through; None for one that it did.

    https://ai.google.dev/api/generate-content#PromptFeedback
    """
    feedback = value.get("promptFeedback")
    reason = string(feedback.get("blockReason")) if isinstance(feedback, dict) else ""
    return withheld(reason, "the prompt") if reason else None


def withheld(reason: str, what: str) -> UpstreamRefused:
    """The refusal for a reason of Google's filters."""
    return UpstreamRefused(
        f"Google's filters refused {what}: {reason[:60]}.",
        error_type="content_policy_violation",
        metadata={"upstream_code": reason[:100]},
    )
