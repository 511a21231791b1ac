"""Which targets rest: in memory, per process, so every process learns for itself."""

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

STRIKES = 3
REST, LONGEST_REST = 30.0, 300.0


@dataclass(slots=True)
class _Record:
    failures: int = 0
    until: float = 0.0


class Health:
    """Three failures in a row and a target rests, longer each time; one success and all is forgotten.

    A rejected key rests the target at once, a limiter's Retry-After as long as it says.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._records: dict[int, _Record] = {}

    def record(self, target: Target, error: PolyphonyError | None = None) -> None:
        """Note how an attempt ended: None for an answer, an error for what stopped it."""
        if error is None:
            self._records.pop(target.endpoint_id, None)
        elif isinstance(error, UpstreamError) and not isinstance(error, UpstreamRefused):
            record = self._records.setdefault(target.endpoint_id, _Record())
            record.failures += 1
            record.until = max(record.until, self._clock() + self._rest(record.failures, error))

    def resting(self, target: Target) -> bool:
        """Whether others should be asked first."""
        record = self._records.get(target.endpoint_id)
        return record is not None and record.until > self._clock()

    def _rest(self, failures: int, error: UpstreamError) -> float:
        if isinstance(error, UpstreamLimited) and error.retry_after is not None:
            return min(error.retry_after, LONGEST_REST)
        strikes = failures if not isinstance(error, UpstreamDenied) else max(failures, STRIKES)
        if strikes < STRIKES:
            return 0.0
        rest: float = REST * 2 ** min(strikes - STRIKES, 8)
        return min(rest, LONGEST_REST)
