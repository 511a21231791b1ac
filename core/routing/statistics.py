"""What endpoints did lately, as numbers to sort and to show: a snapshot that a background task replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of a measure of attempts, to two significant digits."""

    p50: float
    p75: float
    p90: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Window:
    """The attempts of one period; a measure is None where no attempt had it.

    `uptime` is the percentage of answers among answers and failures of the provider. `latency` is in ms to
    the first content, `tokens` in tokens written a second and `audio` in seconds of audio a second, each over
    the whole call.
    """

    attempts: int = 0
    uptime: float | None = None
    latency: Percentiles | None = None
    tokens: Percentiles | None = None
    audio: Percentiles | None = None


@dataclass(frozen=True, slots=True)
class EndpointStatistics:
    """The last 5 minutes, 30 minutes and day of one endpoint that was used in the last day."""

    five_minutes: Window
    half_hour: Window
    day: Window

    @property
    def latency(self) -> float | None:
        """The day's median in ms to the first content."""
        return self.day.latency.p50 if self.day.latency else None


NOT_USED = EndpointStatistics(Window(), Window(), Window())
"""For showing the measures of an endpoint that has none."""

_current: Mapping[int, EndpointStatistics] = {}


def current(endpoint_id: int) -> EndpointStatistics | None:
    """What is known of an endpoint; None where it was not used in the last day."""
    return _current.get(endpoint_id)


def latencies(endpoint_ids: Sequence[int]) -> list[float | None]:
    """The median latency of each endpoint in the last day, ms; None where it is not known."""
    return [found.latency if (found := current(id)) else None for id in endpoint_ids]


def throughputs(endpoint_ids: Sequence[int]) -> list[float | None]:
    """The median throughput of each endpoint in the last day, negative: the highest is the lowest number.

    In tokens a second; in seconds of audio where none wrote tokens. None where it is not known.
    """
    days = [found.day if (found := current(id)) else Window() for id in endpoint_ids]
    written = any(day.tokens for day in days)
    measured = [day.tokens if written else day.audio for day in days]
    return [-one.p50 if one else None for one in measured]


def replace(found: Mapping[int, EndpointStatistics]) -> None:
    """Make `found`, by endpoint id, the snapshot of this process."""
    global _current
    _current = found
