"""Which targets failed lately and rest: in memory, and shared with other processes through a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from core.contract.errors import (
    PolyphonyError,
    UpstreamDenied,
    UpstreamError,
    UpstreamLimited,
    UpstreamRefused,
)
from core.contract.route import Target
from core.routing.ceilings.places import Ceilings
from core.routing.credentials import Credentials

FAILURES_BEFORE_REST = 3
REST, LONGEST_REST = 30.0, 300.0
"""Seconds."""


PROBE_SECONDS = 5.0
"""For so long, at most, other requests leave a target alone whose rest is over while one request tries it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failure counts as: at least `counted` in a row; `rest` are seconds that the provider named."""

    counted: int = 1
    rest: float | None = None


@dataclass(slots=True)
class _Record:
    """Failures in a row, until when the target rests, and until when one request alone tries it.

    `shared`: other processes know of them.
    """

    failures: int = 0
    until: float = 0.0
    probed_until: float = 0.0
    shared: bool = False


class HealthStore(Protocol):
    """What processes tell each other about endpoints. Nothing waits long for it, and nothing raises."""

    def failed(self, endpoint_id: int, failure: Failure) -> None:
        """Count a failure for all processes."""
        ...

    def succeeded(self, endpoint_id: int) -> None:
        """Forget the failures of an endpoint in all processes."""
        ...

    def is_pending(self, endpoint_id: int) -> bool:
        """Whether something about the endpoint has not arrived yet."""
        ...

    async def probe(self, endpoint_id: int) -> bool:
        """Whether this process may try an endpoint whose rest is over; true where nobody else answers."""
        ...


class Health:
    """A target rests after three failures in a row, twice as long after each further one, until a success.

    After a rejected key it rests at once, after a rate limit for as long as its Retry-After says; where the
    provider has other keys, only the key rests. When its rest is over, one request at a time tries it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        store: HealthStore | None = None,
        ceilings: Ceilings | None = None,
    ) -> None:
        self._clock = clock
        self._store = store
        self.credentials = Credentials(clock)
        self.ceilings = ceilings or Ceilings()
        self._records: dict[int, _Record] = {}

    def record(self, target: Target, error: PolyphonyError | None = None) -> bool:
        """Record how an attempt ended, `error` is None for a success; whether another key can be tried."""
        if another_key := self.credentials.record(target, error):
            return another_key
        if error is None:
            if self._records.pop(target.endpoint_id, None) and self._store:
                self._store.succeeded(target.endpoint_id)
        elif isinstance(error, UpstreamError) and not isinstance(error, UpstreamRefused):
            failure = failure_of(error)
            record = self._records.setdefault(target.endpoint_id, _Record())
            record.failures += 1
            if rest := seconds(record.failures, failure):
                record.until = max(record.until, self._clock() + rest)
            record.probed_until = 0.0
            if self._store:
                self._store.failed(target.endpoint_id, failure)
        return False

    def state(self, endpoint_id: int) -> tuple[int, float]:
        """Failures of an endpoint in a row, and the seconds for which it still rests."""
        record = self._records.get(endpoint_id)
        return (record.failures, max(0.0, record.until - self._clock())) if record else (0, 0.0)

    def is_resting(self, target: Target) -> bool:
        """Whether other targets should be tried first."""
        record = self._records.get(target.endpoint_id)
        resting = record is not None and max(record.until, record.probed_until) > self._clock()
        return resting or self.credentials.all_rest(target)

    async def resting(self, targets: Sequence[Target]) -> Callable[[Target], bool]:
        """Whether a target rests for the request that asks: it is the one that tries a target after a rest.

        Only what would be tried first needs that; a target behind another one is left as it is.
        """
        if len(targets) < 2 or not self._records:
            return self.is_resting
        first = min((each.priority for each in targets if not self._is_suspect(each)), default=None)
        probed = {
            target.endpoint_id
            for target in targets
            if self._is_suspect(target) and not self.is_resting(target)
            if first is None or target.priority <= first
            if await self._probe(target.endpoint_id)
        }
        return lambda target: target.endpoint_id not in probed and self.is_resting(target)

    def update(self, shared: Mapping[int, tuple[int, float]]) -> None:
        """Take over what all processes know: failures in a row and seconds of rest left, by endpoint."""
        for endpoint_id, record in list(self._records.items()):
            if record.shared and endpoint_id not in shared and not self._is_pending(endpoint_id):
                del self._records[endpoint_id]
        for endpoint_id, (failures, left) in shared.items():
            if not self._is_pending(endpoint_id):
                record = self._records.setdefault(endpoint_id, _Record())
                record.failures, record.shared = failures, True
                if left > 0 or failures >= FAILURES_BEFORE_REST:
                    record.until = self._clock() + left

    def _is_suspect(self, target: Target) -> bool:
        """Whether the target has rested and not succeeded since."""
        record = self._records.get(target.endpoint_id)
        return record is not None and record.until > 0

    async def _probe(self, endpoint_id: int) -> bool:
        """Let the request that asks try the endpoint, if nobody does; whether it may."""
        record = self._records[endpoint_id]
        # before the wait: other requests of this process must see it
        record.probed_until = self._clock() + PROBE_SECONDS
        return self._store is None or await self._store.probe(endpoint_id)

    def _is_pending(self, endpoint_id: int) -> bool:
        return self._store is not None and self._store.is_pending(endpoint_id)


def failure_of(error: UpstreamError) -> Failure:
    """What an error counts as: a rejected key is no better the next time."""
    if isinstance(error, UpstreamLimited) and error.retry_after is not None:
        return Failure(rest=min(error.retry_after, LONGEST_REST))
    return Failure(FAILURES_BEFORE_REST if isinstance(error, UpstreamDenied) else 1)


def seconds(failures: int, failure: Failure) -> float:
    """How long a target rests after so many failures in a row, the last of which was `failure`."""
    if failure.rest is not None:
        return failure.rest
    counted = max(failures, failure.counted)
    if counted < FAILURES_BEFORE_REST:
        return 0.0
    rest: float = REST * 2 ** min(counted - FAILURES_BEFORE_REST, 8)
    return min(rest, LONGEST_REST)
