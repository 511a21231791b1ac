"""Statistics of endpoints in words."""

import pytest

from core.ledger.statistics_text import day_text, throughput_text, uptime_text
from core.routing.statistics import Percentiles, Window


def percentiles(p50: float, p95: float = 0) -> Percentiles:
    return Percentiles(p50, p95, p95, p95, p95)


@pytest.mark.parametrize(
    ("uptime", "text"), [(None, ""), (0.0, "0%"), (66.666, "66.6%"), (99.98, "99.9%"), (100.0, "100%")]
)
def test_only_a_provider_that_never_failed_has_a_hundred(uptime, text):
    assert uptime_text(Window(5, uptime)) == text


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Window(1), ""),
        (Window(1, tokens=percentiles(52.0), audio=percentiles(3)), "52 tokens/s"),
        (Window(1, tokens=percentiles(7.4)), "7.4 tokens/s"),
        (Window(1, audio=percentiles(12.5)), "12.5 s of audio per second"),
    ],
)
def test_throughput_is_in_tokens_or_in_audio(window, text):
    assert throughput_text(window) == text


def test_a_day_is_one_sentence():
    window = Window(1234, 99.61, percentiles(320, 1400), percentiles(52.0))
    assert day_text(window) == (
        "1,234 attempts, uptime 99.6%, first content after 320 ms (95th percentile 1,400 ms), 52 tokens/s"
    )
    assert day_text(Window(1)) == "1 attempt"
