"""Whether and when to try again: pure functions of the policy and the error."""

from __future__ import annotations

from collections.abc import Set

from core.contract.errors import PolyphonyError, UpstreamError, UpstreamTimeout
from core.contract.route import Policy

TARGET_SPECIFIC = {"upstream_not_found"}
"""Codes of permanent errors that concern one target only."""


def backoff(policy: Policy, tries: int, error: PolyphonyError, jitter: float) -> float | None:
    """Seconds before the same target is tried again after `tries` tries; None to leave this target.

    Doubles from `backoff`, within 25 % by `jitter` in [0, 1). A Retry-After within `policy.max_wait` is
    obeyed; a longer one rules the target out.
    """
    retryable = error.retryable if policy.retry_codes is None else has_status(error, policy.retry_codes)
    if not retryable or tries > policy.retries:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= policy.max_wait else None
    seconds: float = policy.backoff * 2 ** (tries - 1) * (0.75 + jitter / 2)
    return min(seconds, policy.max_wait)


def answered_status(error: PolyphonyError) -> int | None:
    """The status of the provider's answer; None where there was none."""
    return error.answered if isinstance(error, UpstreamError) else None


def has_status(error: PolyphonyError, codes: Set[int]) -> bool:
    """Whether the provider answered with one of `codes`, or the error has one for the caller."""
    found = {error.status}
    if (answered := answered_status(error)) is not None:
        found.add(answered)
    if isinstance(error, UpstreamTimeout):
        found.add(408)
    return not found.isdisjoint(codes)


def may_succeed_elsewhere(error: PolyphonyError) -> bool:
    """Whether another target may succeed."""
    return not error.permanent or error.provider_code in TARGET_SPECIFIC
