"""The status that an error in a 200 means, by the codes and words that servers write into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits"})
WITHHELD = frozenset(
    {"moderation_blocked", "content_policy_violation", "content_filter", "data_inspection_failed"}
)
"""Codes of safety systems: of OpenAI's images, Azure's filters, DashScope."""
UNKNOWN = 500
"""The status of an error that tells none."""
STATUSES = range(400, 600)
FIELDS = ("code", "error_code", "status_code", "status", "http_status", "error_type", "type")
"""Where a status is told, in the order in which they are believed."""

WORDS = {
    400: "invalid_request invalid_request_error invalid_prompt invalid_argument invalid_parameter "
    "bad_request context_length_exceeded string_above_max_length content_policy_violation "
    "failed_precondition out_of_range invalid_value unsupported_value json_validate_failed tool_use_failed "
    "data_inspection_failed content_filter moderation_blocked image_generation_user_error",
    401: "authentication authentication_error unauthenticated unauthorized invalid_api_key",
    402: "payment_required insufficient_balance",
    403: "permission_error permission_denied forbidden access_denied",
    404: "not_found not_found_error model_not_found",
    408: "request_timeout",
    413: "request_too_large payload_too_large request_entity_too_large",
    422: "unprocessable unprocessable_entity validation validation_error template_error",
    429: "rate_limit rate_limit_error rate_limit_exceeded rate_limited too_many_requests resource_exhausted "
    "tokens requests throttling " + " ".join(sorted(NO_CREDIT)),
    503: "overloaded overloaded_error unavailable service_unavailable engine_overloaded unhealthy",
    504: "timeout deadline_exceeded gateway_timeout",
}
"""Codes and types by status: of OpenAI, Anthropic, Google's `status`, Groq, Mistral, TGI, DashScope, vLLM."""

NUMBERS = {40301: 404, 40302: 400, 40303: 400}
"""FastChat's codes whose first three digits mislead: model, parameter and context.

https://github.com/lm-sys/FastChat/blob/main/fastchat/constants.py
"""


def plain(word: str) -> str:
    """`BadRequestError`, `bad_request` and `BAD_REQUEST` are one word."""
    return re.sub(r"[^a-z0-9]", "", word.lower()).removesuffix("error").removesuffix("exception")


STATUS_BY_WORD = {plain(word): status for status, words in WORDS.items() for word in words.split()}


def status_of(*objects: Mapping[str, Any]) -> int:
    """The status that an error means, by the first of its objects that tells one; else `UNKNOWN`."""
    codes = (value.get(name) for value in objects for name in FIELDS)
    return next((status for code in codes if (status := status_of_code(code))), status_of_list(objects))


def status_of_code(code: Any) -> int | None:
    """The status of a number or a word; None for any other."""
    if isinstance(code, str):
        code = int(code) if re.fullmatch(r"[0-9]{3,5}", code) else STATUS_BY_WORD.get(plain(code))
    if type(code) is not int:
        return None
    code = NUMBERS.get(code, code // 100 if code > 9999 else code)
    return code if code in STATUSES else None


def status_of_list(objects: tuple[Mapping[str, Any], ...]) -> int:
    """422 for FastAPI's list of fields that are wrong."""
    return 422 if any(isinstance(value.get("loc"), list) for value in objects) else UNKNOWN
