"""Databases of one run of tests on a PostgreSQL server; the next run drops those of runs that were killed.

A run keeps a session that is named like its databases, so that they count as used while nobody is connected
to them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

NAME = re.compile(r"(?:polyphony_proof|polyphony_overspend|test_polyphony)_(\d+)")
"""How a name of such a database begins: with the process that made it."""
FIND = "SELECT datname FROM pg_database"
USED = "SELECT datname FROM pg_stat_activity UNION SELECT application_name FROM pg_stat_activity"


@contextmanager
def scratch_database(server: str, purpose: str) -> Iterator[str]:
    """A new database on the server at `server`, an URL; yields its own URL, and drops it in the end."""
    name = f"polyphony_{purpose}_{os.getpid()}"
    with kept(server, name) as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
            session.execute(sql.SQL(drop).format(sql.Identifier(name)))


@contextmanager
def kept(server: str, name: str) -> Iterator[psycopg.Connection]:
    """Databases whose names begin with `name` count as used inside the block; what nobody uses is dropped."""
    with psycopg.connect(server, autocommit=True, application_name=name) as session:
        drop_left_behind(session)
        yield session


def drop_left_behind(session: psycopg.Connection) -> list[str]:
    """Drop the databases of processes that have ended; their names."""
    used = {name for (name,) in session.execute(USED)}
    dropped = []
    for (name,) in session.execute(FIND).fetchall():
        made = NAME.match(name)
        if made is None or {made[0], name} & used or Path(f"/proc/{made[1]}").exists():
            continue
        with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName):  # another was quicker
            session.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            dropped.append(name)
    return dropped
