"""Triggers that keep final rows as they are: usage records, attempts and audit events, on both databases.

A migration calls `guard` for a table after it has changed it: SQLite builds a changed table anew, without its
triggers, and a new column is guarded only from then on. What a deleted user, team or key leaves is allowed:
the reference to them becomes null.
"""

from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

FINAL = {
    "core_usagerecord": "OLD.state <> 'open'",
    "core_attempt": "OLD.state <> 'open'",
    "core_auditevent": "OLD.id IS NOT NULL",
}
"""By table: which of its rows are final."""

FUNCTION = (
    "CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'a final record cannot be changed' USING ERRCODE = 'check_violation'; END $$"
)


def guard(connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
    """Make the triggers of a table, replacing older ones."""
    release(connection, model)
    table = model._meta.db_table
    postgresql = connection.vendor == "postgresql"
    does = (
        "EXECUTE FUNCTION core_refuse_change()"
        if postgresql
        else "BEGIN SELECT RAISE(ABORT, 'a final record cannot be changed'); END"
    )
    final = FINAL[table]
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute(FUNCTION)
        for name, event, when in (
            ("final", "UPDATE", f"{final} AND ({changed(model, postgresql=postgresql)})"),
            ("kept", "DELETE", final),
        ):
            cursor.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) {does}"
            )


def changed(model: type[models.Model], *, postgresql: bool) -> str:
    """The condition that an update changes a row in another way than forgetting an owner."""
    differs = "IS DISTINCT FROM" if postgresql else "IS NOT"
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
        for name in ("final", "kept"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
