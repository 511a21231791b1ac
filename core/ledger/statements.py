"""The ledger's SQL, portable to SQLite and PostgreSQL; names come from the models, values never do.

`state = 'open'` is spelled out: a partial index serves a literal only.
"""

from __future__ import annotations

from django.db import models

from core.models.access import Budget
from core.models.audit import AuditEvent
from core.models.ledger import Attempt, ServerProcess, UsageRecord


def table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


def columns(model: type[models.Model], names: str) -> list[str]:
    return [f'"{model._meta.get_field(name).column}"' for name in names.split()]


def insert(model: type[models.Model], given: str, **literals: str) -> str:
    names = columns(model, given) + columns(model, " ".join(literals))
    values = ["%s"] * len(given.split()) + list(literals.values())
    return f"INSERT INTO {table(model)} ({', '.join(names)}) VALUES ({', '.join(values)})"


def close(model: type[models.Model], given: str, key: str) -> str:
    """An update that only an open row obeys."""
    changes = ", ".join(f"{name} = %s" for name in columns(model, given))
    where = " AND ".join(f"{name} = %s" for name in columns(model, key))
    return f"UPDATE {table(model)} SET {changes} WHERE {where} AND \"state\" = 'open'"


BLANK = "''"
BLANKS = {"state": "'open'", "outcome": BLANK, "units": "'{}'", "basis": BLANK}

RECORD = "public_id user team api_key source task model streamed estimate budgets created_at process"
OPEN_RECORD = insert(UsageRecord, RECORD, provider=BLANK, error=BLANK, format=BLANK, **BLANKS)

ATTEMPT = "record number endpoint_id provider model prices started_at"
OPEN_ATTEMPT = insert(Attempt, ATTEMPT, reason=BLANK, **BLANKS)

BILL = "state outcome units computed_cost reported_cost cost basis status first_event_ms"
CLOSE_ATTEMPT = close(Attempt, f"{BILL} reason duration_ms", "record number")
SETTLE_RECORD = close(UsageRecord, f"{BILL} provider error format total_ms", "public_id")

LOCK_BUDGETS = (
    f"SELECT {', '.join(columns(Budget, 'id limit spent reserved window window_start user team api_key'))} "
    f'FROM {table(Budget)} WHERE "id" IN ({{marks}}) ORDER BY "id"'
)
ROLLED = 'CASE WHEN "window_start" < %s THEN 0 ELSE "spent" END'
STORE_BUDGET = (
    f'UPDATE {table(Budget)} SET "spent" = {ROLLED} + %s, '
    '"reserved" = CASE WHEN "reserved" + %s < 0 THEN 0 ELSE "reserved" + %s END, '
    '"window_start" = CASE WHEN "window_start" < %s THEN %s ELSE "window_start" END WHERE "id" = %s'
)
STORE_GUARDED = f'{STORE_BUDGET} AND {ROLLED} + %s + "reserved" + %s <= "limit"'

ALARM = insert(AuditEvent, "action subject detail created_at")

OPEN_RECORDS = (
    f"SELECT {', '.join(columns(UsageRecord, 'public_id process estimate budgets created_at'))} "
    f'FROM {table(UsageRecord)} WHERE "state" = \'open\' ORDER BY "id" LIMIT %s'
)
BEAT = f'UPDATE {table(ServerProcess)} SET "beat_at" = %s WHERE "token" = %s'
JOIN = insert(ServerProcess, "token host pid started_at beat_at") + " ON CONFLICT DO NOTHING"
