"""The way a request went, in words: each attempt, and the models that were not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from core.contract.events import Outcome
from core.models import Attempt
from playground import names

OUTCOMES: dict[str, Any] = {
    Outcome.COMPLETED: gettext_lazy("completed"),
    Outcome.PARTIAL: gettext_lazy("partial"),
    Outcome.STOPPED: gettext_lazy("stopped"),
    Outcome.INTERRUPTED: gettext_lazy("interrupted"),
    Outcome.FAILED: gettext_lazy("failed"),
    Outcome.OVERTAKEN: gettext_lazy("slower than another endpoint"),
}
"""How a request or an attempt ended."""

ANSWERED = gettext_lazy("answered {status}")
UNREACHED = gettext_lazy("could not be reached")
FULL = gettext_lazy("is busy")
OTHER = "other"
FAILURES = {
    "upstream_rate_limited": ANSWERED,
    "upstream_failed": ANSWERED,
    "upstream_timeout": gettext_lazy("did not answer in time"),
    "upstream_unreachable": UNREACHED,
    "private_address": UNREACHED,
    "upstream_truncated": gettext_lazy("broke off its answer"),
    "upstream_refused": gettext_lazy("refused the request"),
    "upstream_not_found": gettext_lazy("does not have the model"),
    "upstream_auth": gettext_lazy("did not accept the key"),
    "upstream_no_credit": gettext_lazy("has no credit left"),
    "upstream_invalid": gettext_lazy("sent an invalid answer"),
    "endpoint_full": FULL,
    "overloaded": FULL,
    "too_many_jobs": FULL,
    OTHER: gettext_lazy("failed"),
}
"""What a provider did, by the code of the error."""


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt; durations in milliseconds, None where they are not known."""

    provider: str
    model: str
    outcome: str
    text: str
    first_ms: int | None
    total_ms: int | None


def failure_text(code: str, status: int | None) -> str:
    """What the provider did, after its name: `answered 429`. Without a status where none is known."""
    pattern = FAILURES.get(code, FAILURES[OTHER])
    if pattern is ANSWERED and status is None:
        pattern = FAILURES[OTHER]
    return str(pattern).replace("{status}", str(status))


def steps(attempts: Sequence[Attempt], receipt: Mapping[str, Any]) -> list[Step]:
    """The attempts of a record. Only the run's `receipt` has the status of a provider's own answer."""
    notes = {note.get("number"): note for note in receipt.get("attempts", ())}
    found = []
    for attempt in attempts:
        code, _, _ = attempt.reason.partition(" ")
        failed = attempt.outcome == Outcome.FAILED
        answered = notes.get(attempt.number, {}).get("answered")
        outcome = str(OUTCOMES.get(attempt.outcome, attempt.outcome))
        found.append(
            Step(
                names.provider_name(attempt.provider),
                attempt.model,
                attempt.outcome,
                failure_text(code, answered) if failed else outcome,
                attempt.first_event_ms,
                attempt.duration_ms,
            )
        )
    return found


def messages() -> dict[str, str]:
    """The texts of the page's scripts, by their keys."""
    return {
        **{f"failure-{code}": str(text) for code, text in FAILURES.items()},
        "trying": gettext("{provider} {failure}, trying {next}"),
        "trying-again": gettext("{provider} {failure}, trying again"),
        "asking-too": gettext("{provider} was late, asking {next} too"),
        "model-at": gettext("{model} at {provider}"),
        "attempts": gettext("{count} attempts"),
        "not-asked": gettext("Not asked: {model}"),
        "not-asked-count": gettext("not asked: {count}"),
        "first-content": gettext("{time} to first content"),
        "cached-free": gettext("from the cache, free"),
        **{f"outcome-{outcome}": str(text) for outcome, text in OUTCOMES.items()},
    }
