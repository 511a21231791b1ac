"""From a provider's answer to the error tree, by status; what a body says is read by the vendor's reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.contract.errors import (
    UpstreamDenied,
    UpstreamError,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.providers.shared.scrub.message import scrub, without
from core.providers.shared.waits.retry_after import limit_reset, retry_after

WITHHELD_TEXT = "The provider's safety system refused this request."
NO_CREDIT_TEXT = "The account at the provider has no credit left."
DENIED_TEXT = "The provider did not accept our key."
TIMEOUTS = {408, 504, 524}
EXCERPT = 64 * 1024
"""Bytes of an error page that are read."""


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """What a vendor's error body says.

    Its message, whether it means that the account has no credit, the field of the request that was wrong, and
    what else the caller is told: `upstream_code`, the vendor's own code, and `failed_generation`. `wait` are
    the seconds that it asks us to wait, `status` is what its code means where that is another than the one
    of the answer, `withheld` whether a safety system refused the request.
    """

    message: str = ""
    no_credit: bool = False
    param: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    wait: float | None = None
    status: int | None = None
    withheld: bool = False


ErrorReader = Callable[[bytes], ErrorDetails]
"""Reads the body of an error page in a vendor's shape; empty details where it has another. Never raises."""


def no_details(body: bytes) -> ErrorDetails:
    """The reader of a vendor whose error bodies have no known shape."""
    return ErrorDetails()


def from_status(
    status: int, headers: Mapping[str, str], details: ErrorDetails, hide: Iterable[str] = ()
) -> UpstreamError:
    """The error that a status other than 2xx means; `hide` never appears in its message."""
    if status < 400:
        return UpstreamInvalid(
            f"The provider answered {status}; redirects are never followed.", code="upstream_redirect"
        )
    status = details.status or status
    waits = (retry_after(headers), details.wait, limit_reset(headers) if status == 429 else None)
    return from_details(status, details, hide, next((wait for wait in waits if wait is not None), None))


def from_details(
    status: int, details: ErrorDetails, hide: Iterable[str] = (), wait: float | None = None
) -> UpstreamError:
    """The error for a status from 400, wherever it was found; `wait` are the seconds of a Retry-After."""
    message = scrub(details.message, hide)
    error = error_of(status, details, hide, wait, message)
    error.words = message
    error.answered = status
    return error


def error_of(
    status: int, details: ErrorDetails, hide: Iterable[str], wait: float | None, message: str
) -> UpstreamError:
    """As `from_details`, with the vendor's message made safe to show."""
    if status == 402 or (status == 429 and details.no_credit):
        return UpstreamDenied(NO_CREDIT_TEXT, code="upstream_no_credit")
    if status in (401, 403) and not details.withheld:
        return UpstreamDenied(DENIED_TEXT)
    told: dict[str, Any] = {"param": details.param, "metadata": scrubbed(details.metadata, hide)}
    if details.withheld:
        return UpstreamRefused(
            f"{WITHHELD_TEXT} {message}".strip(),
            status=status if status < 500 else 400,
            error_type="content_policy_violation",
            **told,
        )
    if status == 429:
        return UpstreamLimited(
            f"The provider limits our requests{_suffix(message)}", retry_after=wait, **told
        )
    if status in TIMEOUTS:
        return UpstreamTimeout(f"The provider answered {status}, a timeout.", retry_after=wait, **told)
    if status == 404:
        message = message or "The provider does not know this model."
        return UpstreamRefused(message, status=status, code="upstream_not_found", **told)
    if status in (409, 425) or status >= 500:
        return UpstreamFailed(
            f"The provider failed with {status}{_suffix(message)}", retry_after=wait, **told
        )
    return UpstreamRefused(
        message or f"The provider refused the request with {status}.", status=status, **told
    )


def scrubbed(metadata: Mapping[str, Any], hide: Iterable[str]) -> dict[str, Any]:
    """Strings of a provider without `hide`, as long as they are."""
    secrets = [*hide]
    return {
        name: without(secrets, value) if isinstance(value, str) else value for name, value in metadata.items()
    }


def _suffix(message: str) -> str:
    return f": {message}" if message else "."
