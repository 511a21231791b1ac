"""The sums are those of the records, whatever was added when, and whatever range is asked for."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from core.ledger import corrections
from core.ledger.rollups import builder, sums
from core.models import UsageRecord, UsageSum, User
from tests.core.ledger.rollups.conftest import NOW, expected, expected_units, forget, new_record, settle

pytestmark = pytest.mark.django_db
DIMENSIONS = [name for name in sums.COLUMNS if name != "hour"]


class Crash(Exception):
    """The builder's process died."""


def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of the builder dies after it has stored everything but the end of its transaction."""
    stored = builder.store

    def die(*added: object) -> None:
        stored(*added)
        raise Crash

    with monkeypatch.context() as patch, suppress(Crash):
        patch.setattr(builder, "store", die)
        builder.add_next(3)


def moment(random: Random) -> datetime | None:
    """Any second of the days that have records, at times a whole hour or day, or none."""
    found = NOW - timedelta(seconds=random.randrange(5 * 86_400))
    hour = found.replace(minute=0, second=0, microsecond=0)
    return random.choice([found, hour, hour.replace(hour=0), None])


def check(random: Random) -> None:
    since, until = moment(random), moment(random)
    for by in ([], ["hour"], [random.choice(DIMENSIONS)], ["user", "model"], ["hour", "team"]):
        found = sums.sums(by, since, until)
        assert {row.key: row for row in found} == expected(by, since, until)
        assert len(found) == len({row.key for row in found})
        assert sums.units(by, since, until) == expected_units(by, since, until)


@pytest.mark.parametrize("seed", range(6))
def test_sums_are_those_of_the_records_after_random_work(seed, alice, bob, charlie, monkeypatch):
    random, users, opened = Random(seed), [alice, bob], []
    for _ in range(60):
        act = random.random()
        if act < 0.5:
            new_record(users, random)
        elif act < 0.65:
            opened.append(new_record(users, random, state="open", cost=None, units={}))
        elif act < 0.75 and opened:
            settle(opened.pop(random.randrange(len(opened))), Decimal("0.5"))
        elif act < 0.85 and (final := UsageRecord.objects.filter(state="settled", corrects=None).first()):
            right = Decimal(random.randrange(1, 10**6)) / 10**4
            corrections.correct(final, right, "as billed", charlie)
        elif act < 0.93:
            builder.add_next(random.choice([1, 5, 2000]))
        elif act < 0.96:
            crash(monkeypatch)
        else:
            check(random)
    forget(bob)
    check(random)
    for record in opened:
        settle(record, Decimal("0.25"))
    builder.build()
    check(random)


def test_all_final_records_are_rolled_up_in_the_end(alice, bob):
    random = Random(1)
    for _ in range(40):
        new_record([alice, bob], random)
    assert (builder.build(), builder.build()) == (40, 0)
    rolled = {hours: UsageSum.objects.filter(hours=hours) for hours in (1, 24)}
    for rows in rolled.values():
        assert sum(row.requests for row in rows) == 40
        assert sum(row.cost for row in rows) == sums.sums()[0].cost
    assert rolled[24].count() <= rolled[1].count()


def test_an_open_record_holds_the_mark_until_it_is_final(alice):
    random = Random(2)
    first = new_record([alice], random, state="open", cost=None)
    new_record([alice], random)
    assert builder.build() == 0
    settle(first, Decimal(1))
    assert builder.build() == 2


def test_only_those_asked_for_are_summed(alice, bob, charlie):
    random = Random(3)
    for user in (alice, alice, bob, charlie):
        new_record([user], random, user=user, model="lab/alto")
    builder.add_next(2)
    found = sums.sums(["user"], where={"user": [alice.pk, bob.pk], "model": ["lab/alto"]})
    assert sorted((row.key, row.requests) for row in found) == [((alice.pk,), 2), ((bob.pk,), 1)]
    assert sums.sums(["user"], where={"user": []}) == []


def test_what_a_deleted_user_used_stays(alice, charlie):
    random = Random(4)
    new_record([alice], random, user=alice, cost=Decimal(2))
    builder.build()
    User.objects.filter(pk=alice.pk).delete()
    assert [(row.key, row.cost) for row in sums.sums(["user"])] == [((None,), Decimal(2))]
