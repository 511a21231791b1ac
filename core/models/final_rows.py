"""Triggers that keep final rows as they are: usage records, attempts and audit events, on both databases.

A migration calls `guard` for a table after it has changed it: SQLite builds a changed table anew, without its
triggers, and a new column is guarded only from then on. What a deleted user, team or key leaves is allowed:
the reference to them becomes null.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

FINAL = {
    "core_usagerecord": "{row}.state <> 'open'",
    "core_attempt": "{row}.state <> 'open'",
    "core_auditevent": "{row}.id IS NOT NULL",
}
"""By table: which of its rows are final."""

NAMES = ("final", "kept", "emptied", "replaced", "moved")
"""Of the triggers, after their table's."""

FUNCTION = (
    "CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'a final record cannot be changed' USING ERRCODE = 'check_violation'; END $$"
)


def guard(connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
    """Make the triggers of a table, replacing older ones."""
    release(connection, model)
    triggers = postgresql_triggers if connection.vendor == "postgresql" else sqlite_triggers
    with connection.cursor() as cursor:
        for statement in triggers(model):
            cursor.execute(statement)


def postgresql_triggers(model: type[models.Model]) -> Iterator[str]:
    """The statements that make a table's triggers: TRUNCATE passes those of rows, so it has its own."""
    table = model._meta.db_table
    final, does = FINAL[table].format(row="OLD"), "EXECUTE FUNCTION core_refuse_change()"
    change = f"{final} AND ({changed(model, differs='IS DISTINCT FROM')})"
    yield FUNCTION
    yield f"CREATE TRIGGER {table}_final BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({change}) {does}"
    yield f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW WHEN ({final}) {does}"
    yield f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {does}"


def sqlite_triggers(model: type[models.Model]) -> Iterator[str]:
    """The statements that make a table's triggers.

    `INSERT OR REPLACE` and `UPDATE OR REPLACE` remove rows with an equal key without the trigger of DELETE.
    """
    table, found = model._meta.db_table, keys(model)
    final, does = FINAL[table], "BEGIN SELECT RAISE(ABORT, 'a final record cannot be changed'); END"
    change = f"{final.format(row='OLD')} AND ({changed(model, differs='IS NOT')})"
    equal = " OR ".join(
        "(" + " AND ".join(f'kept."{name}" = NEW."{name}"' for name in key) + ")" for key in found
    )
    taken = f"EXISTS (SELECT 1 FROM {table} AS kept WHERE {final.format(row='kept')} AND ({equal})"
    columns = ", ".join(dict.fromkeys(name for key in found for name in key))
    for name, event, when in (
        ("final", "UPDATE", change),
        ("kept", "DELETE", final.format(row="OLD")),
        ("replaced", "INSERT", f"{taken})"),
        ("moved", f"UPDATE OF {columns}", f"{taken} AND kept.id <> OLD.id)"),
    ):
        yield f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) {does}"


def keys(model: type[models.Model]) -> list[tuple[str, ...]]:
    """The columns of each of a table's unique indexes."""
    fields = [(field.column,) for field in model._meta.concrete_fields if field.unique]
    constraints = (each for each in model._meta.constraints if isinstance(each, models.UniqueConstraint))
    return fields + [
        tuple(model._meta.get_field(name).column for name in constraint.fields) for constraint in constraints
    ]


def changed(model: type[models.Model], *, differs: str) -> str:
    """The condition that an update changes a row in another way than forgetting an owner."""
    conditions = []
    for field in model._meta.concrete_fields:
        condition = f'OLD."{field.column}" {differs} NEW."{field.column}"'
        if field.is_relation:
            condition = f'({condition} AND NEW."{field.column}" IS NOT NULL)'
        conditions.append(condition)
    return " OR ".join(conditions)


def release(connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
    """Drop the triggers of a table."""
    table = model._meta.db_table
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
