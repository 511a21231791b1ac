"""The keys of one provider, used in turn; one that is refused or exhausted rests.

In memory, so every process has its own view. https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from time import monotonic

from core.contract.errors import PolyphonyError, UpstreamDenied, UpstreamLimited
from core.contract.route import Secret, Target

NO_CREDIT, LOCKED = "upstream_no_credit", "secret_locked"
"""Codes of errors by which a key that is exhausted, or cannot be decrypted, is known."""


class RestReason(StrEnum):
    REFUSED = "refused"
    EXHAUSTED = "exhausted"
    LIMITED = "limited"
    LOCKED = "locked"


RESTS = {
    RestReason.REFUSED: 300.0,
    RestReason.EXHAUSTED: 600.0,
    RestReason.LIMITED: 10.0,
    RestReason.LOCKED: 60.0,
}
"""Seconds of the first rest; each further one in a row is twice as long."""

SHORTEST, LONGEST, LONGEST_LIMIT = 1.0, 3600.0, 300.0
"""Seconds. A provider's Retry-After is believed up to `LONGEST_LIMIT`."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a key rests, until when on the clock, and how many rests in a row this is."""

    reason: RestReason
    until: float
    times: int


class Credentials:
    """Which of a target's keys is used next. A target with one key has no choice, and its key never rests."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._rests: dict[str, Rest] = {}
        self._used: dict[str, int] = {}
        self._numbers = count(1)

    def choose(self, target: Target) -> Target:
        """The target with the key that has been unused for longest; where all rest, the first to be back."""
        if len(target.credentials) < 2:
            return target
        available = [key for key in target.credentials if not self._left(key)]
        key = min(available, key=self._turn) if available else min(target.credentials, key=self._left)
        self._used[key.id] = next(self._numbers)
        return replace(target, credential=key)

    def record(self, target: Target, error: PolyphonyError | None) -> bool:
        """Record how an attempt ended; whether its key rests now and another one does not."""
        key = target.credential
        if key is None or len(target.credentials) < 2:
            return False
        if error is None:
            self._rests.pop(key.id, None)
            return False
        reason = reason_of(error)
        if reason is None:
            return False
        earlier = self._rests.get(key.id)
        times = earlier.times + 1 if earlier and earlier.reason is reason else 1
        self._rests[key.id] = Rest(reason, self._clock() + seconds(reason, times, error), times)
        return not self.all_rest(target)

    def all_rest(self, target: Target) -> bool:
        """Whether the target has several keys and none that can be used now."""
        return len(target.credentials) > 1 and all(self._left(key) for key in target.credentials)

    def rest(self, id: str) -> tuple[RestReason, float] | None:
        """Why the key of this id rests, and for how many seconds more; None when it does not."""
        found = self._rests.get(id)
        left = found.until - self._clock() if found else 0.0
        return (found.reason, left) if found and left > 0 else None

    def _left(self, key: Secret) -> float:
        found = self.rest(key.id)
        return found[1] if found else 0.0

    def _turn(self, key: Secret) -> int:
        return self._used.get(key.id, 0)


def reason_of(error: PolyphonyError) -> RestReason | None:
    """Why a key rests after `error`; None where the error is not about the key."""
    if isinstance(error, UpstreamDenied):
        return RestReason.EXHAUSTED if error.provider_code == NO_CREDIT else RestReason.REFUSED
    if isinstance(error, UpstreamLimited):
        return RestReason.LIMITED
    return RestReason.LOCKED if error.provider_code == LOCKED else None


def seconds(reason: RestReason, times: int, error: PolyphonyError) -> float:
    if reason is RestReason.LIMITED and error.retry_after is not None:
        return min(max(error.retry_after, SHORTEST), LONGEST_LIMIT)
    rest: float = RESTS[reason] * 2 ** min(times - 1, 8)
    return min(rest, LONGEST)
