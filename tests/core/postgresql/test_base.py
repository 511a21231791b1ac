"""Connections to a real PostgreSQL that goes silent: whoever waits for it is told in time."""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError

from core.postgresql.limit import answer_limit
from tests.fakes.services import POSTGRESQL

WAIT = 0.5
"""The limit of these tests in seconds."""


@pytest.fixture
def limit(monkeypatch):
    monkeypatch.setattr(answer_limit, "seconds", WAIT)


@pytest.fixture(params=[True, False], ids=["pool", "alone"])
def database(request, limit, postgresql_proxy):
    """A connection of Django's through the proxy, with and without a pool."""
    base = pytest.importorskip("core.postgresql.base", reason="psycopg is not installed")
    parts = urlsplit(POSTGRESQL if POSTGRESQL.startswith("postgres") else "postgres://postgres@/postgres")
    options = {"pool": {"min_size": 1, "max_size": 2, "timeout": WAIT}} if request.param else {}
    facts = {
        "ENGINE": "core.postgresql",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": parts.username or "postgres",
        "PASSWORD": parts.password or os.environ.get("PGPASSWORD", ""),
        "HOST": "127.0.0.1",
        "PORT": str(postgresql_proxy.port),
        "OPTIONS": {"connect_timeout": 2, **options},
        "TIME_ZONE": None,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
    }
    wrapper = base.DatabaseWrapper(facts, alias=f"silent {request.param}")
    wrapper.inc_thread_sharing()
    yield wrapper
    wrapper.close()
    if request.param:
        wrapper.close_pool()


def ask(database):
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_silent_server_is_given_up_and_used_again(database, postgresql_proxy):
    assert ask(database) == "500ms"
    postgresql_proxy.silence()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        ask(database)
    assert WAIT <= time.monotonic() - began < WAIT + 1
    database.close()
    postgresql_proxy.speak()
    assert ask(database) == "500ms"


@pytest.mark.django_db
def test_connecting_to_a_silent_server_is_given_up(database, postgresql_proxy):
    postgresql_proxy.silence()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        ask(database)
    assert time.monotonic() - began < 4


@pytest.mark.django_db
def test_a_command_waits_as_long_as_it_takes(database, monkeypatch):
    ask(database)
    monkeypatch.setattr(answer_limit, "seconds", None)
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"SELECT pg_sleep({WAIT * 1.5})")
