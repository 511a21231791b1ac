"""One's own usage: sums, bars, budgets, and a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.access import snapshot
from core.models import Budget, UsageRecord
from playground.views.pages.usage import CHART_HEIGHT, DAYS, bars


def book(user, number: int, cost: str | None = "0.01", days: int = 0, **fields):
    defaults = {
        "public_id": f"gen-{user.username}-{number}",
        "user": user,
        "source": "page",
        "task": "speech",
        "model": "lab/alto",
        "provider": "lab",
        "state": "settled",
        "outcome": "completed",
        "units": {"text_in.character": 10},
        "cost": cost,
        "basis": "computed" if cost else "unpriced",
        "created_at": timezone.now() - timedelta(days=days),
        "total_ms": 12,
    }
    return UsageRecord.objects.create(**{**defaults, **fields})


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


def test_sums_are_the_records(page, alice, bob):
    book(alice, 1)
    book(alice, 2, cost="0.0025")
    book(alice, 3, cost=None)
    book(bob, 1, cost="7")
    context = page.get("/usage").context
    assert float(context["spending"].day) == 0.0125
    (row,) = context["report"]["rows"]
    assert (row["records"], row["model"]) == (3, "lab/alto")
    assert float(row["cost"]) == 0.0125


def test_nothing_used_says_what_to_do(page):
    answer = page.get("/usage").content.decode()
    assert "Nothing used yet" in answer
    assert "usage-chart" not in answer


def test_a_failure_has_no_price(page, alice):
    book(alice, 1, cost="0", outcome="failed", error="upstream_failed", units={})
    answer = page.get("/usage").content.decode()
    assert "upstream_failed" in answer
    assert re.findall(r'<td class="number">(?:<span[^>]*>)?([^<>]*)', answer)[1::2] == ["not charged"] * 2


def test_what_still_runs_has_no_price_yet(page, alice):
    book(alice, 1, cost=None, state="open", outcome="", units={}, total_ms=None)
    answer = page.get("/usage").content.decode()
    assert cells(answer)[3:] == ["running", "", "", "–"]


def test_a_guess_is_marked_as_one(page, alice):
    book(alice, 1, cost="41.02", state="estimated", outcome="interrupted", basis="estimated", units={})
    answer = page.get("/usage").content.decode()
    assert cells(answer)[3:] == ["interrupted", "", "0.01 s", '<span title="an estimate">≈ $41.02</span>']


def cells(page: str) -> list[str]:
    """Of the latest request."""
    return re.findall(r"<td[^>]*>(.*?)</td>", page.rpartition("<tbody>")[2])


def test_there_is_a_bar_for_each_day(page, alice):
    book(alice, 1)
    book(alice, 2)
    book(alice, 3, days=3)
    book(alice, 4, days=DAYS + 5)
    context = page.get("/usage").context["bars"]
    assert len(context) == DAYS
    assert [bar["records"] for bar in context if bar["records"]] == [1, 2]
    assert context[-1]["height"] == CHART_HEIGHT - 4
    assert all(bar["y"] + bar["height"] == CHART_HEIGHT for bar in context)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_the_readers(page, alice, zone):
    """The two are 25 hours apart: a record of a moment ago is of today in both."""
    page.cookies["timezone"] = zone
    book(alice, 1)
    book(alice, 2, created_at=midnight(zone) - timedelta(seconds=1))
    book(alice, 3, created_at=midnight(zone) - timedelta(days=DAYS - 1, seconds=1))
    context = page.get("/usage").context
    assert [bar["records"] for bar in context["bars"]][-2:] == [1, 1]
    assert sum(bar["records"] for bar in context["bars"]) == 2
    assert float(context["spending"].day) == 0.01


def midnight(zone: str) -> datetime:
    return timezone.now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def test_bars_of_nothing_are_flat():
    assert {bar["height"] for bar in bars([])} == {0}


def test_a_budget_shows_what_is_left(page, alice):
    Budget.objects.create(user=alice, window="month", limit="5")
    snapshot.refresh_if_changed()
    answer = page.get("/usage").content.decode()
    assert "$5 left" in answer
    assert "resets" in answer


def test_the_table_is_ones_own(page, alice, bob):
    book(alice, 1)
    book(bob, 1)
    answer = page.get("/usage.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Disposition"] == 'attachment; filename="usage.csv"'
    assert rows[0][0] == "public_id"
    assert [row[0] for row in rows[1:]] == ["gen-alice-1"]
