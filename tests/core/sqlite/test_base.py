"""Connections to an SQLite file that is moved, put back, replaced or read-only for a while."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError, connections, transaction

from core.sqlite import base

FACTS = {
    "ENGINE": "core.sqlite",
    "OPTIONS": {"timeout": 1, "init_command": "PRAGMA journal_mode=WAL"},
    "TIME_ZONE": None,
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": False,
    "ATOMIC_REQUESTS": False,
    "AUTOCOMMIT": True,
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE word (text)")
    return path


@pytest.fixture
def connect(path):
    made = []

    def connect():
        made.append(base.DatabaseWrapper({**FACTS, "NAME": str(path)}, alias=f"some{len(made)}"))
        return made[-1]

    yield connect
    for wrapper in made:
        wrapper.close()


def add(wrapper, text):
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO word VALUES (%s)", [text])


def words(path):
    with closing(sqlite3.connect(path)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM word")]


@pytest.mark.django_db
def test_nothing_is_written_while_the_file_is_away(path, connect, tmp_path):
    old, away = connect(), tmp_path / "away"
    add(old, "before")
    path.rename(away)
    for wrapper in (old, connect()):
        with pytest.raises(OperationalError, match="not in its place"):
            add(wrapper, "lost")
    assert not path.exists()
    away.rename(path)
    add(old, "after")
    assert words(path) == ["before", "after"]


@pytest.mark.django_db
def test_a_transaction_ends_where_the_file_goes(path, connect, tmp_path):
    wrapper, away = connect(), tmp_path / "away"
    connections[wrapper.alias] = wrapper

    def add_and_move():
        with transaction.atomic(wrapper.alias):
            add(wrapper, "lost")
            path.rename(away)
            add(wrapper, "lost too")

    with pytest.raises(OperationalError, match="not in its place"):
        add_and_move()
    del connections[wrapper.alias]
    away.rename(path)
    add(wrapper, "after")
    assert words(path) == ["after"]


@pytest.mark.django_db
def test_another_file_in_its_place_is_opened(path, connect, tmp_path):
    wrapper, backup = connect(), tmp_path / "backup"
    add(wrapper, "first")
    wrapper.close()
    shutil.copy(path, backup)
    add(wrapper, "after the backup")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    backup.replace(path)
    add(wrapper, "second")
    assert words(path) == ["first", "second"]


@pytest.mark.django_db
def test_a_connection_that_failed_is_not_used_again(connect):
    wrapper = connect()
    add(wrapper, "good")
    first = wrapper.connection
    with pytest.raises(OperationalError), wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO nothing VALUES (1)")
    wrapper.close_if_unusable_or_obsolete()
    add(wrapper, "good")
    assert wrapper.connection is not first
