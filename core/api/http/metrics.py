"""Counters of this process, written in Prometheus' text form."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


@dataclass(slots=True)
class Durations:
    """A histogram; `counts` has one place more than `BOUNDS`, for everything slower."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def note(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class Measures:
    """Requests by route and status, how long they took, how many are under way."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.durations: defaultdict[str, Durations] = defaultdict(Durations)
        self.in_flight = 0
        self.cut = 0

    def count(self, route: str, status: int, seconds: float) -> None:
        self.requests[route, status] += 1
        self.durations[route].note(seconds)

    def lines(self, gauges: Iterable[tuple[str, str, float]] = ()) -> Iterator[str]:
        """The exposition; `gauges` are further (name, help, value)."""
        yield from heading(
            "polyphony_requests_total", "counter", "Requests by route and status; 499: client left."
        )
        for (route, status), number in sorted(self.requests.items()):
            yield f'polyphony_requests_total{{route="{route}",status="{status}"}} {number}'
        yield from heading("polyphony_errors_total", "counter", "Requests answered with 5xx, or cut.")
        failed = sum(number for (_, status), number in self.requests.items() if status >= 500)
        yield f"polyphony_errors_total {failed + self.cut}"
        yield from heading("polyphony_request_seconds", "histogram", "Time to the end of the answer.")
        for route, durations in sorted(self.durations.items()):
            yield from histogram(route, durations)
        mine = ("polyphony_requests_in_flight", "Requests under way.", self.in_flight)
        for name, words, value in (mine, *gauges):
            yield from heading(name, "gauge", words)
            yield f"{name} {value:g}"


def heading(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"


def histogram(route: str, durations: Durations) -> Iterator[str]:
    reached = 0
    for bound, number in zip((*BOUNDS, "+Inf"), durations.counts, strict=True):
        reached += number
        yield f'polyphony_request_seconds_bucket{{route="{route}",le="{bound}"}} {reached}'
    yield f'polyphony_request_seconds_sum{{route="{route}"}} {durations.total:.6f}'
    yield f'polyphony_request_seconds_count{{route="{route}"}} {reached}'


measures = Measures()
