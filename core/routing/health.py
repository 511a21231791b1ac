"""Which targets failed lately and rest: in memory, so every process has its own view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from core.contract.errors import (
    PolyphonyError,
    UpstreamDenied,
    UpstreamError,
    UpstreamLimited,
    UpstreamRefused,
)
from core.contract.route import Target
from core.routing.credentials import Credentials

FAILURES_BEFORE_REST = 3
REST, LONGEST_REST = 30.0, 300.0
"""Seconds."""


@dataclass(slots=True)
class _Record:
    failures: int = 0
    until: float = 0.0


class Health:
    """A target rests after three failures in a row, twice as long after each further one, until a success.

    After a rejected key it rests at once, after a rate limit for as long as its Retry-After says; where the
    provider has other keys, only the key rests.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self.credentials = Credentials(clock)
        self._records: dict[int, _Record] = {}

    def record(self, target: Target, error: PolyphonyError | None = None) -> bool:
        """Record how an attempt ended, `error` is None for a success; whether another key can be tried."""
        if another_key := self.credentials.record(target, error):
            return another_key
        if not target.endpoint_id:  # no row of the catalogue: callers choose its name
            return False
        if error is None:
            self._records.pop(target.endpoint_id, None)
        elif isinstance(error, UpstreamError) and not isinstance(error, UpstreamRefused):
            record = self._records.setdefault(target.endpoint_id, _Record())
            record.failures += 1
            record.until = max(record.until, self._clock() + self._rest(record.failures, error))
        return False

    def is_resting(self, target: Target) -> bool:
        """Whether other targets should be tried first."""
        record = self._records.get(target.endpoint_id)
        resting = record is not None and record.until > self._clock()
        return resting or self.credentials.all_rest(target)

    def _rest(self, failures: int, error: UpstreamError) -> float:
        if isinstance(error, UpstreamLimited) and error.retry_after is not None:
            return min(error.retry_after, LONGEST_REST)
        counted = failures if not isinstance(error, UpstreamDenied) else max(failures, FAILURES_BEFORE_REST)
        if counted < FAILURES_BEFORE_REST:
            return 0.0
        rest: float = REST * 2 ** min(counted - FAILURES_BEFORE_REST, 8)
        return min(rest, LONGEST_REST)
