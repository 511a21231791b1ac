"""The way of a request in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from core.models import Attempt
from playground import route_trace


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("upstream_rate_limited", 429, "answered 429"),
        ("upstream_failed", 503, "answered 503"),
        ("upstream_failed", None, "failed"),
        ("upstream_timeout", 504, "did not answer in time"),
        ("upstream_unreachable", None, "could not be reached"),
        ("upstream_truncated", 502, "broke off its answer"),
        ("upstream_refused", 400, "refused the request"),
        ("overloaded", 503, "is busy"),
        ("never_heard_of", 500, "failed"),
        ("", None, "failed"),
    ],
)
def test_what_a_provider_did(code, status, text):
    assert route_trace.failure_text(code, status) == text


def test_the_readers_language():
    with translation.override("ru"):
        assert route_trace.failure_text("upstream_rate_limited", 429) == "ответ 429"
        assert route_trace.messages()["failure-other"] == "ошибка"


@pytest.mark.django_db
def test_steps_of_a_receipt_that_knows_more_than_the_record():
    attempts = [
        Attempt(number=1, provider="a", model="m", outcome="failed", reason="upstream_failed unreadable:2"),
        Attempt(number=2, provider="b", model="m", outcome="completed", first_event_ms=20, duration_ms=90),
    ]
    receipt = {"attempts": [{"number": 1, "answered": 503}, {"number": 2, "answered": None}]}
    first, second = route_trace.steps(attempts, receipt)
    assert (first.provider, first.outcome, first.text, first.first_ms) == (
        "a",
        "failed",
        "answered 503",
        None,
    )
    assert (second.text, second.first_ms, second.total_ms) == ("completed", 20, 90)
    assert [step.text for step in route_trace.steps(attempts, {})] == ["failed", "completed"]
