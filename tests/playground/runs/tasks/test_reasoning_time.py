"""The time of reasoning: from the start to the first other content, and again where it goes on."""

from __future__ import annotations

import pytest

from playground.runs.tasks import reasoning_time
from playground.runs.tasks.reasoning_time import ReasoningTime


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """One number, the seconds that the clock shows."""
    shown = [100.0]
    monkeypatch.setattr(reasoning_time.time, "monotonic", lambda: shown[0])
    return shown


def test_it_counts_from_the_start_of_the_run(clock):
    time = ReasoningTime()
    clock[0] += 3
    time.begin()
    clock[0] += 2.04
    assert (time.going, time.seconds) == (True, 5.0)
    time.end()
    clock[0] += 60
    assert (time.going, time.seconds) == (False, 5.0)


def test_reasoning_after_text_is_added_without_the_time_of_the_text(clock):
    time = ReasoningTime()
    time.begin()
    clock[0] += 1
    time.end()
    clock[0] += 10
    time.begin()
    clock[0] += 2
    time.begin()
    time.end()
    assert time.seconds == 3.0


def test_an_answer_without_reasoning_has_none_and_a_short_one_a_tenth(clock):
    time = ReasoningTime()
    clock[0] += 5
    assert time.seconds == 0.0
    short = ReasoningTime()
    short.begin()
    clock[0] += 0.001
    short.end()
    assert short.seconds == 0.1
