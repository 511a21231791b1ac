"""The database of an installation, read and disturbed from outside: by SQL, without Django."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg

Row = tuple[Any, ...]
COLUMNS = 'budget bigint, spent bigint, reserved bigint, "limit" bigint'
WRITE_VERSION, WAL, READ_ONLY = 18, 2, 3
"""A byte of the header and its values: https://www.sqlite.org/fileformat2.html#file_format_version_numbers"""
VALUES = 'NEW.id, NEW.spent, NEW.reserved, NEW."limit"'


class Refused(Exception):
    """The database refused a statement."""


class Database(Protocol):
    """`url` is what servers are given, `vendor` a word for the table."""

    vendor: str
    url: str

    def rows(self, statement: str) -> list[Row]:
        """What a query finds. Any thread may ask."""
        ...

    def change(self, statement: str) -> None:
        """Run a statement in a transaction of its own. Raises `Refused`."""
        ...

    def watch_budgets(self) -> None:
        """From now on keep every state of every budget in the table `proof_budget`."""
        ...


class SQLite:
    vendor = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "polyphony.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def connect(self) -> sqlite3.Connection:
        """Raises sqlite3.OperationalError where the file is not; it is not made anew."""
        return sqlite3.connect(
            f"file:{self.path}?mode=rw", uri=True, timeout=20, isolation_level=None, check_same_thread=False
        )

    def rows(self, statement: str) -> list[Row]:
        with closing(self.connect()) as connection:
            return connection.execute(statement).fetchall()

    def change(self, statement: str) -> None:
        with closing(self.connect()) as connection:
            try:
                connection.execute(statement)
            except sqlite3.DatabaseError as error:
                raise Refused(str(error)) from error

    def watch_budgets(self) -> None:
        self.change(f"CREATE TABLE proof_budget ({COLUMNS})")
        self.change(
            "CREATE TRIGGER proof_budget_state AFTER UPDATE ON core_budget "
            f"BEGIN INSERT INTO proof_budget VALUES ({VALUES}); END"
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds the write lock."""
        with closing(self.connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """The format version of a newer SQLite, which the file may only be read with.

        As a file system that became read-only, it is met by connections that are open already once they
        have read the first page again: after somebody else has written.
        """
        with closing(self.connect()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS proof_fault (number integer)")
            connection.execute("INSERT INTO proof_fault VALUES (0)")
            self.empty_log(connection)
            self.put_version(READ_ONLY)
            connection.execute("UPDATE proof_fault SET number = number + 1")
        yield
        self.put_version(WAL)

    def empty_log(self, connection: sqlite3.Connection) -> None:
        """Bring everything into the file itself. Raises `Refused` when others do not let us for long."""
        for _ in range(100):
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
        raise Refused("the log of SQLite is in use")

    def put_version(self, number: int) -> None:
        with self.path.open("r+b", buffering=0) as file:
            os.pwrite(file.fileno(), bytes([number]), WRITE_VERSION)

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The file is moved away, its log stays."""
        away = self.path.with_suffix(".away")
        self.path.rename(away)
        yield
        away.rename(self.path)


class PostgreSQL:
    """The database at `direct`, an URL; its servers come through `port`."""

    vendor = "PostgreSQL"

    def __init__(self, direct: str, port: int) -> None:
        parts = urlsplit(direct)
        owner = parts.netloc.rpartition("@")[0]
        self.direct, self.name = direct, parts.path.lstrip("/")
        self.mine = threading.local()
        self.url = parts._replace(netloc=f"{owner}@127.0.0.1:{port}").geturl()

    def rows(self, statement: str) -> list[Row]:
        """Each thread keeps its connection; one that was cut is opened anew."""
        try:
            return self.ask(statement)
        except psycopg.OperationalError:
            return self.ask(statement)

    def ask(self, statement: str) -> list[Row]:
        connection: psycopg.Connection | None = getattr(self.mine, "connection", None)
        if connection is None or connection.closed:
            connection = self.mine.connection = psycopg.connect(self.direct, autocommit=True)
        return connection.execute(statement.encode()).fetchall()

    def change(self, statement: str) -> None:
        with psycopg.connect(self.direct) as connection:
            try:
                connection.execute(b"SET TRANSACTION READ WRITE")
                connection.execute(statement.encode())
            except psycopg.Error as error:
                raise Refused(str(error)) from error

    def watch_budgets(self) -> None:
        self.change(f"CREATE TABLE proof_budget ({COLUMNS})")
        self.change(
            "CREATE FUNCTION proof_budget_state() RETURNS trigger LANGUAGE plpgsql AS "
            f"'BEGIN INSERT INTO proof_budget VALUES ({VALUES}); RETURN NULL; END'"
        )
        self.change(
            "CREATE TRIGGER proof_budget_state AFTER UPDATE ON core_budget "
            "FOR EACH ROW EXECUTE FUNCTION proof_budget_state()"
        )

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """As after a failover to a replica: connections are cut, new ones may only read."""
        self.cut("ALTER DATABASE {name} SET default_transaction_read_only TO on")
        yield
        self.cut("ALTER DATABASE {name} RESET default_transaction_read_only")

    def cut(self, statement: str) -> None:
        """Run a statement, then end all other sessions."""
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with psycopg.connect(self.direct, autocommit=True) as connection:
            connection.execute(b"SET default_transaction_read_only TO off")
            for each in (statement.format(name=self.name), others):
                connection.execute(each.encode())
