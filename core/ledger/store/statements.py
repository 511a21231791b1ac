"""The ledger's SQL, portable to SQLite and PostgreSQL; names come from the models, values never do.

`state = 'open'` is spelled out: a partial index serves a literal only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import connection, models

from core.models.access import Budget
from core.models.audit import AuditEvent
from core.models.ledger import Attempt, ServerProcess, UsageRecord

StatementForRows = Callable[[int], str]
"""The statement for a number of rows, so that many rows need one round trip."""


def table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


def columns(model: type[models.Model], names: str) -> list[str]:
    return [f'"{model._meta.get_field(name).column}"' for name in names.split()]


def insert(model: type[models.Model], given: str, **literals: str) -> StatementForRows:
    """An insert of the columns `given` as parameters and of literals that are the same in every row."""
    names = ", ".join(columns(model, given) + columns(model, " ".join(literals)))
    row = ", ".join(["%s"] * len(given.split()) + list(literals.values()))

    @cache
    def for_rows(number: int) -> str:
        return f"INSERT INTO {table(model)} ({names}) VALUES {repeat(row, number)}"

    return for_rows


def close(model: type[models.Model], given: str, key: str) -> StatementForRows:
    """An update of the columns `given` of rows found by the columns of `key`, as far as they are open."""
    names = [*given.split(), *key.split()]
    marks = ", ".join(["%s"] * len(names))

    @cache
    def for_rows(number: int) -> str:
        pairs = [assignment(model, name, place) for place, name in enumerate(names, 1)]
        changes, where = pairs[: len(given.split())], pairs[len(given.split()) :]
        return (
            f"UPDATE {table(model)} SET {', '.join(changes)} FROM (VALUES {repeat(marks, number)}) AS given "
            f"WHERE {' AND '.join(where)} AND \"state\" = 'open'"
        )

    return for_rows


def repeat(row: str, number: int) -> str:
    return ", ".join([f"({row})"] * number)


def assignment(model: type[models.Model], name: str, place: int) -> str:
    """`column = value number place`, cast to the column's type: without it a column of nulls would be text.

    Character columns are cast to text without a length: a cast to the length would truncate silently.
    """
    field = model._meta.get_field(name)
    kind = "text" if isinstance(field, models.CharField) else field.db_type(connection)
    return f'"{field.column}" = CAST(given.column{place} AS {kind})'


BLANK = "''"
BLANKS = {"state": "'open'", "outcome": BLANK, "units": "'{}'", "basis": BLANK}

RECORD = (
    "public_id user team api_key source task model streamed estimate budgets created_at process voice "
    "cached_from skipped_models"
)
ESTIMATE = RECORD.split().index("estimate")
OPEN_RECORD = insert(UsageRecord, RECORD, provider=BLANK, error=BLANK, format=BLANK, **BLANKS)

ATTEMPT = "record number endpoint_id provider model prices started_at"
OPEN_ATTEMPT = insert(Attempt, ATTEMPT, reason=BLANK, **BLANKS)

BILL = "state outcome units computed_cost reported_cost cost basis status first_event_ms"
ANSWER = "upstream_id finish_reason native_finish_reason"
CLOSE_ATTEMPT = close(Attempt, f"{BILL} reason duration_ms {ANSWER}", "record number")
CHANGE_MODEL = close(UsageRecord, "model voice", "public_id")
CHANGE_SKIPPED = close(UsageRecord, "skipped_models", "public_id")
EXTEND_RECORD = close(UsageRecord, "estimate", "public_id")
SETTLE_RECORD = close(UsageRecord, f"{BILL} provider error format total_ms conversions", "public_id")

READ_BUDGETS = (
    f"SELECT {', '.join(columns(Budget, 'id limit spent reserved window window_start user team api_key'))} "
    f'FROM {table(Budget)} WHERE "id" IN '
)


@cache
def lock_budgets(number: int) -> str:
    """Reads a number of rows in ascending id and locks them until the transaction ends."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    return f'{READ_BUDGETS}({", ".join(["%s"] * number)}) ORDER BY "id"{lock}'


ROLLED = 'CASE WHEN "window_start" < %s THEN 0 ELSE "spent" END'
STORE_BUDGET = (
    f'UPDATE {table(Budget)} SET "spent" = {ROLLED} + %s, '
    '"reserved" = CASE WHEN "reserved" + %s < 0 THEN 0 ELSE "reserved" + %s END, '
    '"window_start" = CASE WHEN "window_start" < %s THEN %s ELSE "window_start" END WHERE "id" = %s'
)
STORE_GUARDED = f'{STORE_BUDGET} AND {ROLLED} + %s + "reserved" + %s <= "limit"'

OVERSPEND = insert(AuditEvent, "action subject detail created_at")

OPEN_RECORDS = (
    f"SELECT {', '.join(columns(UsageRecord, 'public_id process estimate budgets created_at'))} "
    f'FROM {table(UsageRecord)} WHERE "state" = \'open\' ORDER BY "id" LIMIT %s'
)
STORE_BEAT = f'UPDATE {table(ServerProcess)} SET "beat_at" = %s WHERE "token" = %s'
ADD_PROCESS = insert(ServerProcess, "token host pid started_at beat_at")(1) + " ON CONFLICT DO NOTHING"


def sql_time(when: datetime) -> str:
    """A UTC time as a parameter that SQLite and PostgreSQL both read."""
    return str(when.replace(tzinfo=None))
