"""Uptime, latency and throughput of endpoints in the last day, summed up from the attempts.

A background task reads what is new, by the index on the time, so no request waits for it. What is counted:
https://openrouter.ai/docs/api-reference/endpoints/list-endpoints-for-a-model
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from threading import Lock

from django.db import connection

from core.ledger.store.statements import sql_time, table
from core.models.ledger import Attempt
from core.routing import statistics
from core.routing.statistics import NOT_USED, EndpointStatistics, Percentiles, Window, current

__all__ = ["NOT_USED", "EndpointHistory", "Percentiles", "Window", "current", "history"]

SLOT = 300
"""Seconds in which attempts are counted together; periods begin with a slot."""
FIVE_MINUTES, HALF_HOUR, HOUR, DAY = 1, 6, 12, 288
"""Periods in slots."""
OVERLAP = 3
"""Slots that are read once more: an attempt is counted where it began, once it has ended."""

VERDICT, LATENCY, TOKENS, AUDIO = range(4)
"""What is counted: how attempts ended, ms to the first content, and of what came each second thousandths of
tokens and of seconds of audio."""
ANSWERED, FAILED, OTHER = range(3)
"""How attempts ended. `OTHER` says nothing about the provider: it limited our rate, or refused the request or
our key, or the caller left before the first content."""

OURS = ("upstream_auth", "upstream_no_credit", "secret_locked", "private_address", "internal_error")
"""Codes of failures that are not the provider's."""

Counts = dict[int, int]
"""How often each value was measured."""
Measures = tuple[Counts, Counts, Counts, Counts]
Slot = dict[int, Measures]
"""Counts of each measure by endpoint."""


def two_digits(number: str) -> str:
    """SQL that rounds a whole number of up to seven digits to its first two."""
    steps = " ".join(
        f"WHEN {number} < {10**digits} THEN ({number} + {5 * 10 ** (digits - 3)}) "
        f"/ {10 ** (digits - 2)} * {10 ** (digits - 2)}"
        for digits in range(3, 8)
    )
    return f"CASE WHEN {number} < 100 THEN {number} {steps} ELSE {number} / 1000000 * 1000000 END"


def unit(name: str) -> str:
    """SQL of a quantity in the column `units`; null where it has none."""
    if connection.vendor == "postgresql":
        return f"CAST(units ->> '{name}' AS double precision)"
    return f"json_extract(units, '$.\"{name}\"')"


@cache
def statement(vendor: str) -> str:
    """Reads (endpoint, slot, measure, value, count) of attempts that began in a period and have ended."""
    postgresql = vendor == "postgresql"
    epoch = "FLOOR(EXTRACT(EPOCH FROM started_at))" if postgresql else "strftime('%%s', started_at)"
    whole = "bigint" if postgresql else "integer"
    ours = ", ".join(f"'{code}'" for code in OURS)
    tokens = unit("text_out.token")  # those of reasoning are among them
    audio = f"COALESCE({unit('audio_out.second')}, {unit('audio_in.second')}, 0)"
    each_second = "* 1000000 / NULLIF(duration_ms, 0)"
    groups = " UNION ALL ".join(
        f"SELECT endpoint_id, slot, {measure}, {two_digits(column)} AS value, COUNT(*) FROM calls "
        f"WHERE {condition} GROUP BY endpoint_id, slot, value"
        for measure, column, condition in (
            (VERDICT, "verdict", "verdict IS NOT NULL"),
            (LATENCY, "first_event_ms", f"verdict = {ANSWERED} AND first_event_ms IS NOT NULL"),
            (TOKENS, "tokens", f"verdict = {ANSWERED} AND tokens > 0"),
            (AUDIO, "audio", f"verdict = {ANSWERED} AND audio > 0"),
        )
    )
    return (
        f"WITH calls AS MATERIALIZED (SELECT endpoint_id, first_event_ms, "
        f"CAST({epoch} AS {whole}) / {SLOT} AS slot, "
        f"CAST(({tokens}) {each_second} AS {whole}) AS tokens, "
        f"CAST(({audio}) {each_second} AS {whole}) AS audio, "
        f"CASE WHEN outcome = 'completed' OR (outcome IN ('stopped', 'interrupted') "
        f"AND first_event_ms IS NOT NULL) THEN {ANSWERED} "
        f"WHEN outcome IN ('failed', 'partial') AND status >= 500 AND reason NOT IN ({ours}) THEN {FAILED} "
        f"ELSE {OTHER} END AS verdict FROM {table(Attempt)} "
        "WHERE started_at >= %s AND started_at < %s AND state <> 'open' AND endpoint_id IS NOT NULL) "
        f"{groups}"
    )


class EndpointHistory:
    """The counts of the last day; `refresh` makes the snapshot of them."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._read_to: int | None = None
        self._lock = Lock()

    def refresh(self, now: datetime | None = None) -> None:
        """Read what is new, and replace the snapshot. Blocking."""
        with self._lock:
            newest = int((now or datetime.now(UTC)).timestamp()) // SLOT
            oldest = newest - DAY + 1
            begin = oldest if self._read_to is None else max(oldest, self._read_to - OVERLAP)
            for start in range(begin, newest + 1, HOUR):
                self._read(start, min(start + HOUR, newest + 1))
            self._read_to = newest
            self._slots = merged(self._slots, oldest, newest - HOUR)
            statistics.replace(self._snapshot(newest))

    def day_by(self, groups: Mapping[int, str]) -> dict[str, Window]:
        """The last day of several endpoints together, by the name of their group."""
        total: defaultdict[str, list[Measures]] = defaultdict(list)
        with self._lock:
            for slot in self._slots.values():
                for endpoint, measures in slot.items():
                    if endpoint in groups:
                        total[groups[endpoint]].append(measures)
            return {name: window(*together(found)) for name, found in total.items()}

    def _read(self, start: int, end: int) -> None:
        """Read the slots from `start` to before `end`: an hour at most, for a quick answer."""
        times = [sql_time(datetime.fromtimestamp(slot * SLOT, UTC)) for slot in (start, end)]
        with connection.cursor() as cursor:
            cursor.execute(statement(connection.vendor), times)
            rows = cursor.fetchall()
        self._slots |= {slot: {} for slot in range(start, end)}
        for endpoint, slot, measure, value, count in rows:
            self._slots[slot].setdefault(endpoint, ({}, {}, {}, {}))[measure][value] = count

    def _snapshot(self, newest: int) -> dict[int, EndpointStatistics]:
        five, half, day = (
            windows(found for slot, found in self._slots.items() if slot > newest - length)
            for length in (FIVE_MINUTES + 1, HALF_HOUR, DAY)
        )
        return {
            endpoint: EndpointStatistics(five.get(endpoint, Window()), half.get(endpoint, Window()), window)
            for endpoint, window in day.items()
        }


def merged(slots: dict[int, Slot], oldest: int, recent: int) -> dict[int, Slot]:
    """The slots from `oldest` on, those before `recent` as whole hours: fewer to be summed up."""
    found: dict[int, Slot] = {}
    for slot, counts in slots.items():
        begin = slot if slot >= recent else max(slot - slot % HOUR, oldest)
        if slot >= oldest:
            found[begin] = add(found[begin], counts) if begin in found else counts
    return found


def add(total: Slot, more: Slot) -> Slot:
    """`total`, with the counts of `more` added to it."""
    for endpoint, measures in more.items():
        for mine, counts in zip(total.setdefault(endpoint, ({}, {}, {}, {})), measures, strict=True):
            for value, count in counts.items():
                mine[value] = mine.get(value, 0) + count
    return total


def together(found: Iterable[Measures]) -> Measures:
    """The counts of several added up."""
    total: Slot = {}
    for measures in found:
        add(total, {0: measures})
    return total[0]


def windows(slots: Iterable[Slot]) -> dict[int, Window]:
    """What the attempts of some slots came to, by endpoint."""
    total: Slot = {}
    for slot in slots:
        add(total, slot)
    return {endpoint: window(*measures) for endpoint, measures in total.items()}


def window(verdicts: Counts, latency: Counts, tokens: Counts, audio: Counts) -> Window:
    answered, failed = verdicts.get(ANSWERED, 0), verdicts.get(FAILED, 0)
    known = answered + failed
    return Window(
        attempts=sum(verdicts.values()),
        uptime=100 * answered / known if known else None,
        latency=percentiles(latency),
        tokens=percentiles(tokens, 1000),
        audio=percentiles(audio, 1000),
    )


def percentiles(counts: Counts, divisor: int = 1) -> Percentiles | None:
    """Nearest-rank percentiles of the values, each divided; None without any."""
    if not counts:
        return None
    values, total = sorted(counts.items()), sum(counts.values())
    return Percentiles(*(rank(values, -(-total * share // 100)) / divisor for share in (50, 75, 90, 95, 99)))


def rank(values: list[tuple[int, int]], number: int) -> int:
    """The value of that number from 1 among sorted (value, count)."""
    for value, count in values:
        number -= count
        if number <= 0:
            return value
    return values[-1][0]


history = EndpointHistory()
"""That of this process."""
