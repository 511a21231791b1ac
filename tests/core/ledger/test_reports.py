"""Reports: their sums, and whose records they contain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.contract.errors import UpstreamFailed
from core.contract.events import Outcome
from core.ledger import reports
from core.models import ApiKey, Budget, UsageRecord
from tests.core.ledger.conftest import PER_CHARACTER, complete_request, open_record, run, target
from tests.final_rows import rewrite


async def fail(grant):
    record = open_record(grant)
    await record.open(target(PER_CHARACTER))
    error = UpstreamFailed("no")
    await record.close(Outcome.FAILED, usage=None, error=error)
    return await record.settle(Outcome.FAILED, error)


@pytest.fixture
def busy(grant, alice, bob, charlie):
    """Alice spoke twice, once without a price, and failed once; Bob spoke once, Charlie not at all."""
    return {
        "alice": run(complete_request(grant())),
        "unpriced": run(complete_request(grant(), target())),
        "failed": run(fail(grant())),
        "bob": run(complete_request(grant(user=bob), text="x" * 30)),
    }


def test_usage_report_adds_up_exactly(busy):
    row = {"model": "author/voice"}
    assert reports.usage_report() == {
        "records": 4,
        "attempts": 4,
        "by_state": {"open": 0, "settled": 3, "estimated": 0, "released": 1},
        "cost": "0.4",
        "unpriced": 1,
        "rows": [
            {
                **row,
                "user": "alice",
                "records": 3,
                "unpriced": 1,
                "cost": "0.1",
                "units": {"audio_out.byte": 2000, "audio_out.second": 0.041666, "text_in.character": 20},
            },
            {
                **row,
                "user": "bob",
                "records": 1,
                "unpriced": 0,
                "cost": "0.3",
                "units": {"audio_out.byte": 1000, "audio_out.second": 0.020833, "text_in.character": 30},
            },
        ],
    }


def test_usage_report_of_a_user_is_theirs_alone(busy, bob, charlie):
    assert reports.usage_report(users=[bob.id])["cost"] == "0.3"
    assert reports.usage_report(users=[bob.id])["attempts"] == 1
    assert reports.usage_report(users=[charlie.id]) == {
        "records": 0,
        "attempts": 0,
        "by_state": {"open": 0, "settled": 0, "estimated": 0, "released": 0},
        "cost": "0",
        "unpriced": 0,
        "rows": [],
    }


def test_usage_report_of_a_time_has_its_records_only(busy):
    long_ago = timezone.now() - timedelta(days=40)
    rewrite(UsageRecord.objects.filter(public_id=busy["bob"].id), created_at=long_ago)
    since = timezone.now() - timedelta(days=1)
    assert reports.usage_report(since=since)["records"] == 3
    assert reports.usage_report(until=since)["cost"] == "0.3"


def test_daily_totals_sum_to_the_rows(busy):
    before = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    rewrite(UsageRecord.objects.filter(public_id=busy["bob"].id), created_at=before)
    days = reports.daily()
    assert [(day["day"], day["model"], day["records"], day["cost"]) for day in days] == [
        (before.date(), "author/voice", 1, Decimal("0.3")),
        (timezone.now().date(), "author/voice", 3, Decimal("0.1")),
    ]
    assert sum(day["cost"] for day in days) == Decimal(reports.usage_report()["cost"])


def test_a_day_is_one_of_the_zone_asked_for(busy):
    before = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    rewrite(UsageRecord.objects.filter(public_id=busy["bob"].id), created_at=before)
    here, there = (
        reports.daily(until=before + timedelta(days=1), zone=zone)[0]["day"]
        for zone in (UTC, ZoneInfo("Asia/Shanghai"))
    )
    assert (here, there) == (date(2026, 2, 28), date(2026, 3, 1))


def test_spending_counts_from_the_midnight_of_the_zone(grant, alice):
    receipt = run(complete_request(grant()))
    made = datetime(2026, 11, 1, 1, tzinfo=UTC)  # still October in New York
    rewrite(UsageRecord.objects.filter(public_id=receipt.id), created_at=made)
    now = made + timedelta(hours=12)
    cost = Decimal("0.1")
    utc = reports.spending(users=[alice.id], now=now)
    york = reports.spending(users=[alice.id], now=now, zone=ZoneInfo("America/New_York"))
    assert utc == reports.Spending(cost, cost, cost, cost)
    assert york == reports.Spending(Decimal(0), cost, Decimal(0), cost)


def test_spending_of_a_key_by_window(grant, alice):
    key = ApiKey.objects.create(user=alice, public_id="abcdefgh", name="mine")
    other = ApiKey.objects.create(user=alice, public_id="abcdefgi", name="other")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
    for days in (0, 2, 10, 300):
        receipt = run(complete_request(grant(key=key.id)))
        made = now - timedelta(days=days)
        rewrite(UsageRecord.objects.filter(public_id=receipt.id), created_at=made)
    assert reports.spending(api_key=key.id, now=now) == reports.Spending(
        Decimal("0.1"), Decimal("0.2"), Decimal("0.3"), Decimal("0.4")
    )
    assert reports.spending(api_key=other.id, now=now) == reports.Spending(*[Decimal(0)] * 4)


def test_status_of_a_budget_is_of_its_current_window(alice, ledger_writer):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    budget = Budget.objects.create(user=alice, limit=1, window="day", window_start=begin)
    Budget.objects.filter(id=budget.id).update(spent=Decimal("0.5"))
    now = begin + timedelta(hours=3)
    midnight = begin + timedelta(days=1)
    today = reports.BudgetStatus(
        budget.id, "day", Decimal(1), Decimal("0.5"), Decimal(0), Decimal("0.5"), midnight
    )
    assert reports.budget_statuses([budget.id], now) == [today]
    assert reports.budget_statuses([budget.id], midnight)[0].remaining == 1


def test_generation_is_its_owners(busy, alice, bob, charlie):
    public_id = busy["alice"].id
    record, attempts = reports.generation(public_id, [alice.id])
    assert (record.public_id, [attempt.number for attempt in attempts]) == (public_id, [1])
    assert reports.generation(public_id, [bob.id]) is None
    assert reports.generation(public_id, [charlie.id]) is None
    assert reports.generation("gen-unknown", None) is None


def test_csv_rows_are_a_heading_and_the_records(busy, alice):
    rewrite(UsageRecord.objects.filter(public_id=busy["alice"].id), model="=cmd()")
    heading, *rows = reports.csv_rows(users=[alice.id])
    found = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [(row["public_id"], row["user"], row["cost"], row["model"]) for row in found] == [
        (busy["failed"].id, "alice", "0", "author/voice"),
        (busy["unpriced"].id, "alice", "", "author/voice"),
        (busy["alice"].id, "alice", "0.1", "'=cmd()"),
    ]


def test_records_keep_no_content(busy):
    columns = UsageRecord.objects.filter(public_id=busy["bob"].id).values().get()
    assert not any("xxx" in str(value) for value in columns.values())
