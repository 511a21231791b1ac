"""Usage records of a busy company, and their sums as plain arithmetic tells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from django.db import connection

from core.ledger.rollups.sums import COLUMNS, Sum
from core.ledger.store.statements import sql_time
from core.models import Team, UsageRecord, User

NOW = datetime(2026, 11, 29, 12, 40, 7, 123456, tzinfo=UTC)
numbers = count(1)


def new_record(users: Sequence[User], random: Random, **changes: object) -> UsageRecord:
    """A record of the last four days, of one of `users`; some have no cost, some used nothing."""
    user = random.choice([*users, None])
    used = {"text_in.token": random.randrange(5000), "audio_out.second": round(random.random() * 60, 6)}
    values: dict[str, object] = {
        "public_id": f"gen-{next(numbers)}",
        "user": user,
        "team": None if user is None else user.team,
        "source": random.choice(["api", "playground"]),
        "task": random.choice(["chat", "speech"]),
        "model": random.choice(["lab/alto", "lab/basso"]),
        "provider": random.choice(["lab", "acme", ""]),
        "state": random.choice(["settled", "estimated", "released"]),
        "outcome": random.choice(["completed", "failed"]),
        "basis": random.choice(["computed", "reported"]),
        "units": random.choice([used, used, {}]),
        "cost": random.choice([None, Decimal(random.randrange(10**12)) / 10**10]),
        "created_at": NOW - timedelta(seconds=random.randrange(4 * 86_400)),
    }
    return UsageRecord.objects.create(**{**values, **changes})


def settle(record: UsageRecord, cost: Decimal | None) -> None:
    UsageRecord.objects.filter(pk=record.pk, state="open").update(state="settled", cost=cost)


def forget(user: User) -> None:
    """Delete a user, as the admin does."""
    user.delete()


def expected(by: Sequence[str], since: datetime | None, until: datetime | None) -> dict[Any, Sum]:
    """What `sums` should tell, added up record by record."""
    found: defaultdict[Any, list[Any]] = defaultdict(lambda: [0, 0, 0, Decimal(0)])
    for row in final_rows(since, until):
        total = found[key(by, row)]
        total[0] += row.corrects is None
        total[1] += row.cost is None
        total[2] += row.cost is None and row.units != {}
        total[3] += row.cost or 0
    if not by and not found:
        found[()] = [0, 0, 0, Decimal(0)]
    return {key: Sum(key, *total) for key, total in found.items()}


def expected_units(by: Sequence[str], since: datetime | None, until: datetime | None) -> dict[Any, Any]:
    found: defaultdict[Any, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in final_rows(since, until):
        for name, quantity in row.units.items():
            found[key(by, row)][name] += Decimal(str(quantity))
    return {key: dict(units) for key, units in found.items()}


def final_rows(since: datetime | None, until: datetime | None) -> list[UsageRecord]:
    found = UsageRecord.objects.exclude(state="open")
    found = found if since is None else found.filter(created_at__gte=since)
    return list(found if until is None else found.filter(created_at__lt=until))


def key(by: Sequence[str], row: UsageRecord) -> tuple[Any, ...]:
    hour = row.created_at.replace(minute=0, second=0, microsecond=0)
    return tuple(hour if name == "hour" else getattr(row, COLUMNS[name]) for name in by)


COLUMNS_OF_MANY = (
    "public_id user_id team_id source task model provider state outcome basis units cost first_event_ms "
    "created_at streamed error format budgets process"
)


def spread(records: int, users: Sequence[User], team: Team, now: datetime, days: int = 30) -> None:
    """Many records at once: those of a company, in which each person has a favourite model."""
    random = Random(records)
    columns = COLUMNS_OF_MANY.split()
    ages = sorted((random.randrange(days * 86_400) for _ in range(records)), reverse=True)
    rows = [row_of_many(random.choice(users).pk, team.pk, now - timedelta(seconds=age)) for age in ages]
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO core_usagerecord ({', '.join(columns)}) VALUES ({marks})", rows)


def row_of_many(user: int, team: int, created: datetime) -> tuple[object, ...]:
    number = next(numbers)
    about = ("api", "chat", f"lab/model-{user % 8}", f"provider-{user % 4}", "settled")
    outcome = "failed" if number % 33 == 0 else "completed"
    result = (outcome, "computed", '{"text_in.token": 900}', 42_000_000, 300, sql_time(created))
    return (f"gen-{number}", user, team, *about, *result, False, "", "", "[]", "")


__all__ = ["NOW", "expected", "expected_units", "forget", "new_record", "settle", "spread"]
