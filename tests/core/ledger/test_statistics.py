"""Statistics of endpoints, from attempts as the ledger stores them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.ledger import statistics
from core.ledger.statistics import EndpointHistory, current
from core.models import Attempt
from core.routing.statistics import EndpointStatistics, Percentiles, Window
from tests.core.ledger.conftest import complete_request

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 29, 12, 3, tzinfo=UTC)
"""Of a slot that began at 12:00."""


def attempt(ago: timedelta = timedelta(), endpoint: int | None = 7, **changes: object) -> Attempt:
    """An attempt that was answered, begun `ago` before `NOW`."""
    values = {
        "number": 1,
        "record": f"gen-{Attempt.objects.count()}",
        "endpoint_id": endpoint,
        "provider": "lab",
        "model": "alto",
        "state": "settled",
        "outcome": "completed",
        "started_at": NOW - ago,
        "first_event_ms": 100,
        "duration_ms": 1000,
    }
    return Attempt.objects.create(**{**values, **changes})


def failed(status: int | None, reason: str, outcome: str = "failed") -> Attempt:
    return attempt(outcome=outcome, state="released", status=status, reason=reason, first_event_ms=None)


def same(value: float) -> Percentiles:
    return Percentiles(value, value, value, value, value)


def day(endpoint: int = 7) -> Window:
    EndpointHistory().refresh(NOW)
    found = current(endpoint)
    assert found is not None
    return found.day


def test_an_endpoint_without_attempts_has_no_statistics():
    attempt(timedelta(days=1, minutes=5))
    attempt(endpoint=None)
    attempt(endpoint=8, state="open")
    EndpointHistory().refresh(NOW)
    assert [current(endpoint) for endpoint in (7, 8)] == [None, None]


def test_each_period_counts_its_own():
    for ago in (timedelta(), timedelta(minutes=7), timedelta(minutes=20), timedelta(hours=23)):
        attempt(ago, first_event_ms=100 + int(ago.total_seconds()) // 60 % 60 * 10)
    EndpointHistory().refresh(NOW)
    assert current(7) == EndpointStatistics(
        Window(2, 100.0, Percentiles(100, 170, 170, 170, 170)),
        Window(3, 100.0, Percentiles(170, 300, 300, 300, 300)),
        Window(4, 100.0, Percentiles(100, 170, 300, 300, 300)),
    )


def test_uptime_is_the_share_of_answers_among_answers_and_faults_of_the_provider():
    for _ in range(3):
        attempt()
    failed(502, "upstream_failed")
    assert day() == Window(4, 75.0, same(100))


def test_what_is_not_the_providers_fault_does_not_lower_its_uptime():
    attempt()
    failed(429, "upstream_rate_limited")
    failed(400, "upstream_refused")
    failed(502, "upstream_auth")
    failed(502, "upstream_no_credit")
    failed(500, "internal_error")
    failed(None, "", outcome="stopped")
    assert day() == Window(7, 100.0, same(100))


def test_an_answer_that_broke_off_is_a_fault():
    attempt()
    failed(502, "upstream_truncated", outcome="partial")
    assert day().uptime == 50.0


def test_an_answer_that_was_stopped_is_an_answer():
    attempt(outcome="stopped", first_event_ms=250)
    assert day() == Window(1, 100.0, same(250))


def test_an_endpoint_that_answered_nothing_has_no_uptime():
    failed(400, "upstream_refused")
    assert day() == Window(attempts=1)


def test_tokens_written_count_over_the_whole_call():
    attempt(units={"text_out.token": 100, "reasoning_out.token": 40, "text_in.token": 900}, duration_ms=2000)
    assert day().tokens == same(50.0)


def test_seconds_of_audio_count_where_there_are_any():
    attempt(units={"audio_out.second": 6.25, "text_in.character": 80}, duration_ms=2500)
    attempt(endpoint=8, units={"audio_in.second": 30}, duration_ms=2000)
    assert (day().audio, day(8).audio) == (same(2.5), same(15.0))


def test_values_are_kept_to_two_digits():
    for endpoint, ms in enumerate((99, 104, 1_250, 98_765, 994_999, 5_400_000)):
        attempt(endpoint=endpoint, first_event_ms=ms)
    EndpointHistory().refresh(NOW)
    found = [current(endpoint).latency for endpoint in range(6)]
    assert found == [99, 100, 1_300, 99_000, 990_000, 5_400_000]


def test_percentiles_are_of_the_nearest_rank():
    for ms in range(1, 101):
        attempt(first_event_ms=ms)
    assert day().latency == Percentiles(50, 75, 90, 95, 99)


def test_an_attempt_that_ends_late_is_counted_once_and_the_day_moves_on(django_assert_num_queries):
    history = EndpointHistory()
    running = attempt(state="open", outcome="", first_event_ms=None)
    attempt(timedelta(hours=23))
    with django_assert_num_queries(24):
        history.refresh(NOW)
    assert current(7).day.attempts == 1
    Attempt.objects.filter(pk=running.pk).update(state="settled", outcome="completed", first_event_ms=900)
    with django_assert_num_queries(1):
        history.refresh(NOW + timedelta(minutes=10))
    history.refresh(NOW + timedelta(minutes=10, seconds=30))
    assert current(7).day == Window(2, 100.0, Percentiles(100, 900, 900, 900, 900))
    history.refresh(NOW + timedelta(hours=2))
    assert current(7).day == Window(1, 100.0, same(900))
    history.refresh(NOW + timedelta(hours=25))
    assert current(7) is None


@pytest.mark.django_db(transaction=True)
def test_what_the_ledger_writes_is_what_is_read(grant):
    asyncio.run(complete_request(grant()))
    statistics.history.refresh()
    found = current(1).day
    assert (found.attempts, found.uptime) == (1, 100.0)
    assert found.latency.p50 < 10_000
