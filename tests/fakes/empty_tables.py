"""Empties the tables between tests that commit, as Django's `flush` does but in a few milliseconds.

Permissions and content types stay: `flush` makes the same ones anew, in a query for each. Only tables with
rows are emptied, and the triggers that keep final rows are put aside only where there are such rows.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from core.models.final_rows import FINAL

LASTING = {"auth_permission", "django_content_type"}


def filled_tables(database: BaseDatabaseWrapper) -> list[str]:
    """Tables with rows, of those of the models."""
    known = sorted({*database.introspection.django_table_names(include_views=False)} - LASTING)
    selects = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in known]
    with database.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects))
        return [table for (table,) in cursor.fetchall()]


def empty_sqlite(database: BaseDatabaseWrapper, tables: list[str]) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
        for name, _ in kept:
            cursor.execute(f"DROP TRIGGER {name}")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
        for _, sql in kept:
            cursor.execute(sql)


def empty_postgresql(database: BaseDatabaseWrapper, tables: list[str]) -> None:
    """TRUNCATE would make a new file for every table."""
    kept = [table for table in tables if table in FINAL]
    statements = [
        *(f"ALTER TABLE {table} DISABLE TRIGGER {table}_kept" for table in kept),
        *(f"DELETE FROM {table}" for table in tables),
        "SET CONSTRAINTS ALL IMMEDIATE",  # a table with checks to come cannot be altered
        *(f"ALTER TABLE {table} ENABLE TRIGGER {table}_kept" for table in kept),
    ]
    with database.cursor() as cursor:
        cursor.execute("; ".join(statements))


EMPTY = {"sqlite": empty_sqlite, "postgresql": empty_postgresql}


def empty_tables(database: BaseDatabaseWrapper) -> None:
    if tables := filled_tables(database):
        with transaction.atomic(using=database.alias):
            EMPTY[database.vendor](database, tables)


@contextmanager
def instead_of_flush() -> Any:
    """Meanwhile Django's own cases use this after each test."""
    flush = TransactionTestCase._fixture_teardown

    def empty(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):
            empty_tables(connections[name])

    TransactionTestCase._fixture_teardown = empty
    yield
    TransactionTestCase._fixture_teardown = flush
