"""The ledger's transactions, on the database driver's own cursor.

Django's wrappers around a statement cost more time than the statement, and a request waits for six of them
before anything is sent. Its connection, its settings and its exceptions are used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, Protocol

from django.db import (
    DEFAULT_DB_ALIAS,
    InternalError,
    OperationalError,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper

Values = Sequence[Any]
READ_ONLY = "25006"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
ROWS_PER_STATEMENT = (64, 16, 4, 1)
"""Sizes of statements with many rows: few, so that each is prepared once."""


class Cursor(Protocol):
    """The part of a cursor that the ledger uses; parameters are marked with `%s`."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, statement: str, row: Values = ()) -> Any: ...
    def fetchall(self) -> list[Any]: ...


@contextmanager
def write_transaction() -> Iterator[Cursor]:
    """A transaction that is committed at the end of the block, or a savepoint where the caller has one.

    Raises Django's database errors; nothing of the block is stored then.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        with transaction.atomic(), database.cursor() as cursor:
            yield cursor
        return
    database.ensure_connection()
    with read_only_as_away(), database.wrap_database_errors:
        cursor = begin(database)
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            roll_back(cursor, database)
            raise
        cursor.close()


@contextmanager
def read_only_as_away() -> Iterator[None]:
    """Raises OperationalError for a read-only PostgreSQL, as SQLite does."""
    try:
        yield
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") == READ_ONLY:
            raise OperationalError("the database is read-only") from error
        raise


def write_rows(cursor: Cursor, statement: Callable[[int], str], rows: Sequence[Values]) -> int:
    """Run a statement for all `rows`, many at a time; the number of rows of the table that it changed.

    With SQLite every statement releases the GIL and has to wait for it again.
    """
    done = changed = 0
    for size in ROWS_PER_STATEMENT:
        while len(rows) - done >= size:
            cursor.execute(statement(size), [value for row in rows[done : done + size] for value in row])
            changed += cursor.rowcount
            done += size
    return changed


def begin(database: BaseDatabaseWrapper) -> Any:
    """A cursor in a new transaction. SQLite takes its write lock at once: later it could not wait for it."""
    if database.vendor == "sqlite":
        cursor = database.connection.cursor(factory=QmarkCursor)
        cursor.execute("BEGIN IMMEDIATE")
    else:
        cursor = database.connection.cursor()
        cursor.execute("BEGIN")
    return cursor


def roll_back(cursor: Any, database: BaseDatabaseWrapper) -> None:
    usable = True
    try:
        cursor.execute("ROLLBACK")
    except database.Database.Error:
        usable = False
    # an open cursor would hold the transaction and its lock beyond the end of its connection
    with suppress(database.Database.Error):
        cursor.close()
    if not usable:
        database.close()


class QmarkCursor(sqlite3.Cursor):
    """SQLite's cursor, with PostgreSQL's parameter marks."""

    def execute(self, statement: str, row: Values = ()) -> Any:
        return super().execute(with_qmarks(statement), row)


@lru_cache(maxsize=256)
def with_qmarks(statement: str) -> str:
    return statement.replace("%s", "?")
