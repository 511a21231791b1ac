"""The database itself keeps final rows: every column, for every program that comes to it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse

from core.models import Attempt, AuditEvent, UsageRecord
from core.models.final_rows import keys

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TABLES = (UsageRecord, Attempt, AuditEvent)
OTHER = {
    models.BooleanField: True,
    models.CharField: "other",
    models.DateTimeField: datetime(2020, 1, 1, tzinfo=UTC),
    models.JSONField: {"other": 1},
}
COLUMNS = [
    (table, field.name) for table in TABLES for field in table._meta.concrete_fields if not field.is_relation
]


@pytest.fixture
def rows(alice) -> dict[type[models.Model], models.Model]:
    record = UsageRecord.objects.create(
        public_id="gen-1", user=alice, team=alice.team, state="settled", cost=Decimal(1), created_at=NOW
    )
    attempt = Attempt.objects.create(record="gen-1", number=1, state="settled", started_at=NOW)
    event = AuditEvent.objects.create(actor=alice, action="test")
    return {UsageRecord: record, Attempt: attempt, AuditEvent: event}


def other_value(field: models.Field) -> object:
    """A value of the column's type that no row here has."""
    found = [value for kind, value in OTHER.items() if isinstance(field, kind)]
    return found[0] if found else 77


@pytest.mark.parametrize(("table", "name"), COLUMNS, ids=lambda value: getattr(value, "__name__", value))
def test_no_column_of_a_final_row_can_be_changed(rows, table, name):
    before = table.objects.values().get()
    value = other_value(table._meta.get_field(name))
    with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
        table.objects.update(**{name: value})
    assert table.objects.values().get() == before


@pytest.mark.parametrize("table", TABLES)
def test_no_final_row_can_be_deleted(rows, table):
    for delete in (
        table.objects.all().delete,
        rows[table].delete,
        lambda: raw(f"DELETE FROM {table._meta.db_table}"),
    ):
        with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
            delete()
    assert table.objects.count() == 1


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_owners_are_forgotten_and_never_replaced(rows, alice, bob):
    for table, name in ((UsageRecord, "user"), (AuditEvent, "actor")):
        with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
            table.objects.update(**{name: bob})
    alice.delete()
    assert UsageRecord.objects.values_list("user", "cost").get() == (None, Decimal(1))
    assert AuditEvent.objects.values_list("actor", "action").get() == (None, "test")
    with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
        UsageRecord.objects.update(user=bob)


def test_a_superuser_deletes_a_user_with_history(client, rows, alice, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root"))
    address = reverse("admin:core_user_delete", args=[alice.pk])
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not django_user_model.objects.filter(pk=alice.pk).exists()
    assert UsageRecord.objects.count() == 1


def test_open_rows_are_completed(rows):
    Attempt.objects.create(record="gen-2", number=1, started_at=NOW)
    assert Attempt.objects.filter(state="open").update(state="settled", cost=Decimal(2)) == 1


@pytest.mark.parametrize("table", TABLES)
def test_no_final_row_is_removed_in_another_way(rows, table):
    """TRUNCATE passes the triggers of rows, REPLACE those of DELETE."""
    name, before = table._meta.db_table, table.objects.values().get()
    columns = [field.column for field in table._meta.concrete_fields]
    ways = {
        "postgresql": [f"TRUNCATE {name}"],
        "sqlite": [f"INSERT OR REPLACE INTO {name} {chosen(columns, key, name)}" for key in keys(table)],
    }
    for way in ways[connection.vendor]:
        with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
            raw(way)
    assert table.objects.values().get() == before


def chosen(columns: list[str], key: tuple[str, ...], table: str) -> str:
    """The row of a table once more with one key of it alone: a new id where that is another one."""
    names = [name for name in columns if name != "id" or key == ("id",)]
    other = {"public_id": "'other'", "record": "'other'"}
    values = [name if name in key else other.get(name, name) for name in names]
    return f"({', '.join(names)}) SELECT {', '.join(values)} FROM {table}"


@pytest.mark.parametrize("table", [UsageRecord, Attempt])
def test_no_open_row_takes_the_place_of_a_final_one(rows, table):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no UPDATE OR REPLACE.")
    opened = {"public_id": "gen-2", "created_at": NOW} if table is UsageRecord else {"record": "gen-2"}
    table.objects.create(**opened, **({} if table is UsageRecord else {"number": 1, "started_at": NOW}))
    taken = "public_id = 'gen-1'" if table is UsageRecord else "record = 'gen-1'"
    with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
        raw(f"UPDATE OR REPLACE {table._meta.db_table} SET {taken} WHERE state = 'open'")
    assert table.objects.get(pk=rows[table].pk).state == "settled"
