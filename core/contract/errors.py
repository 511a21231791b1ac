"""The tree of errors that every layer raises.

    PolyphonyError
    ├── RequestError                    caused by the caller; nothing was sent, nothing is charged
    │   ├── InvalidRequest        400   a field is missing, malformed or out of range
    │   │   ├── Unsupported       400   well-formed, but this model or endpoint cannot do it
    │   │   └── WrongEndpoint     400   the model is of another task
    │   ├── AuthenticationFailed  401   no key, a malformed key, a revoked key: not told apart
    │   ├── BudgetExceeded        402   a budget has no room for the estimate
    │   ├── NotPermitted          403   the key or the user lacks the permission
    │   ├── NotFound              404   it does not exist, or belongs to somebody else
    │   │   ├── ModelNotFound     404   names the nearest models
    │   │   └── ModelRetired      404   names the replacement
    │   ├── MethodNotAllowed      405
    │   ├── IdempotencyConflict   409   its Idempotency-Key is in use, or has an answer that is not kept
    │   ├── IdempotencyMismatch   422   its Idempotency-Key was used for another request
    │   ├── TooLarge              413   more bytes than the limit
    │   ├── WrongContentType      415
    │   └── RateLimited           429   our own limiter
    ├── Unavailable               503   our server: draining, overloaded, no database, no provider key
    │   └── EndpointFull          503   every endpoint has as many requests as an admin lets it have
    ├── Interrupted               503   our server stopped during the answer
    ├── StoppedByAdmin            403   an admin ended the request during the answer
    └── UpstreamError             502   caused by the provider
        ├── UpstreamUnreachable   502   refused, reset, name not found; retryable
        ├── UpstreamTimeout       504   no answer, too slow or silent; retryable
        ├── UpstreamLimited       429   the provider's rate limit; retryable, may have `retry_after`
        ├── UpstreamFailed        502   5xx; retryable
        ├── UpstreamRefused       4xx   it rejected the request itself; permanent
        ├── UpstreamDenied        502   401, 402, 403 for our key; permanent for this target
        └── UpstreamInvalid       502   an answer that breaks the provider's protocol

Routing reads `retryable` and `permanent` (no other target can succeed either), the API reads `status` and
`envelope()`, the websocket `envelope()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from core.contract.usage import Usage

__all__ = [
    "AuthenticationFailed",
    "BudgetExceeded",
    "EndpointFull",
    "IdempotencyConflict",
    "IdempotencyMismatch",
    "Interrupted",
    "InvalidRequest",
    "MethodNotAllowed",
    "ModelNotFound",
    "ModelRetired",
    "NotFound",
    "NotPermitted",
    "PolyphonyError",
    "RateLimited",
    "RequestError",
    "StoppedByAdmin",
    "TooLarge",
    "Unavailable",
    "Unsupported",
    "UpstreamDenied",
    "UpstreamError",
    "UpstreamFailed",
    "UpstreamInvalid",
    "UpstreamLimited",
    "UpstreamRefused",
    "UpstreamTimeout",
    "UpstreamUnreachable",
    "WrongContentType",
    "WrongEndpoint",
]


REFUSALS = {404: "not_found", 412: "precondition_failed", 413: "payload_too_large", 422: "unprocessable"}
"""OpenRouter's `error_type` by the status of a refusal; `invalid_request` for any other."""


class PolyphonyError(Exception):
    """Base of the tree: HTTP status, OpenAI's `type`, OpenRouter's `error_type`, `message` for people.

    `retry_after` is in seconds, `metadata` is added to that of the envelope, `usage` is what the provider
    reported for the attempt that failed.
    """

    status: int = 500
    type: ClassVar[str] = "server_error"
    error_type: ClassVar[str] = "server"
    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False
    permanent: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        error_type: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.provider_code = code or self.code
        self.detail = error_type or self.error_type
        self.metadata = dict(metadata or {})
        self.retry_after = retry_after
        self.usage: Usage | None = None

    def envelope(self) -> dict[str, Any]:
        """The `error` object of the API: an integer `code`, and OpenAI's words for it in `metadata`."""
        return {
            "code": self.status,
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "metadata": {"error_type": self.detail, "provider_code": self.provider_code, **self.metadata},
        }


class RequestError(PolyphonyError):
    status, type, permanent = 400, "invalid_request_error", True
    error_type, code = "invalid_request", "invalid_request"


class InvalidRequest(RequestError):
    code = "invalid_value"


class Unsupported(InvalidRequest):
    code = "unsupported_value"


class WrongEndpoint(InvalidRequest):
    code = "wrong_endpoint"


class AuthenticationFailed(RequestError):
    status, type = 401, "authentication_error"
    error_type, code = "authentication", "invalid_api_key"


class BudgetExceeded(RequestError):
    status, type = 402, "insufficient_quota"
    error_type, code = "payment_required", "budget_exceeded"


class NotPermitted(RequestError):
    status, type = 403, "permission_error"
    error_type, code = "permission_denied", "not_permitted"


class NotFound(RequestError):
    status, type = 404, "not_found_error"
    error_type, code = "not_found", "not_found"


class ModelNotFound(NotFound):
    code = "model_not_found"


class ModelRetired(NotFound):
    code = "model_deprecated"


class MethodNotAllowed(RequestError):
    status, code = 405, "method_not_allowed"


class IdempotencyConflict(RequestError):
    status, type, code = 409, "idempotency_error", "idempotency_in_progress"


class IdempotencyMismatch(RequestError):
    status, type, code = 422, "idempotency_error", "idempotency_mismatch"


class TooLarge(RequestError):
    status = 413
    error_type, code = "payload_too_large", "request_too_large"


class WrongContentType(RequestError):
    status, code = 415, "unsupported_content_type"


class RateLimited(RequestError):
    status, type = 429, "rate_limit_error"
    error_type, code = "rate_limit_exceeded", "rate_limited"


class Unavailable(PolyphonyError):
    status, error_type, code = 503, "provider_overloaded", "overloaded"


class EndpointFull(Unavailable):
    type, code = "endpoint_full", "endpoint_full"


class Interrupted(PolyphonyError):
    status, error_type, code = 503, "provider_unavailable", "interrupted"


class StoppedByAdmin(PolyphonyError):
    """No 5xx: clients would try again."""

    status, type = 403, "permission_error"
    error_type, code = "permission_denied", "stopped_by_admin"


class UpstreamError(PolyphonyError):
    """`words` is what the provider said, without keys, for admins only: no envelope has it. `answered` is the
    status of the provider's own answer, None where there was none."""

    status, type = 502, "upstream_error"
    error_type, code = "provider_unavailable", "upstream_failed"
    words: str = ""
    answered: int | None = None


class UpstreamUnreachable(UpstreamError):
    retryable = True
    code = "upstream_unreachable"


class PrivateUpstream(UpstreamUnreachable):
    """The provider's address is in a private network, and no superuser has allowed that."""

    retryable = False
    code = "private_address"


class UpstreamTimeout(UpstreamError):
    status, retryable = 504, True
    error_type, code = "timeout", "upstream_timeout"


class UpstreamLimited(UpstreamError):
    status, type, retryable = 429, "rate_limit_error", True
    error_type, code = "rate_limit_exceeded", "upstream_rate_limited"
    answered = 429


class UpstreamFailed(UpstreamError):
    retryable = True
    answered = 500


class UpstreamRefused(UpstreamError):
    """`status` is the provider's own, from 400 to 499."""

    status, type, permanent = 400, "invalid_request_error", True
    error_type, code = "invalid_request", "upstream_refused"

    def __init__(self, message: str, *, status: int = 400, **fields: Any) -> None:
        fields.setdefault("error_type", REFUSALS.get(status))
        super().__init__(message, **fields)
        self.status = status


class UpstreamDenied(UpstreamError):
    code = "upstream_auth"


class UpstreamInvalid(UpstreamError):
    code = "upstream_invalid"
