"""Whether and when to try again: pure functions of the policy and the error."""

from __future__ import annotations

from core.contract.errors import PolyphonyError
from core.contract.route import Policy

ELSEWHERE = {"upstream_not_found"}
"""Refusals of one provider that say nothing about the next."""


def wait(policy: Policy, tries: int, error: PolyphonyError, jitter: float) -> float | None:
    """Seconds before the same target is tried again after `tries` tries; None: not this target.

    Doubles from `backoff`, within 25 % by `jitter` in [0, 1). A Retry-After within `patience` is obeyed; a
    longer one rules the target out.
    """
    if not error.retryable or tries > policy.retries:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= policy.patience else None
    backoff: float = policy.backoff * 2 ** (tries - 1) * (0.75 + jitter / 2)
    return min(backoff, policy.patience)


def elsewhere(error: PolyphonyError) -> bool:
    """Whether another target may do better."""
    return not error.permanent or error.provider_code in ELSEWHERE
