"""Databases that killed runs leave behind on a real PostgreSQL."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fakes.services import POSTGRESQL, address, require

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

from tests.fakes.scratch_databases import drop_left_behind, kept, scratch_database  # noqa: E402 - needs psycopg

SERVER = POSTGRESQL if POSTGRESQL.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"


@pytest.fixture
def session():
    require("PostgreSQL", *address(SERVER, 5432))
    with psycopg.connect(SERVER, autocommit=True) as session:
        yield session


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def exists(session, name: str) -> bool:
    return session.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone() == (1,)


def test_a_database_of_a_killed_run_is_dropped_unless_somebody_uses_it(session):
    name = f"test_polyphony_{ended_process()}_gw0"
    session.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(SERVER, application_name=name.removesuffix("_gw0")):
        drop_left_behind(session)
        assert exists(session, name)
    with psycopg.connect(SERVER, dbname=name):
        drop_left_behind(session)
        assert exists(session, name)
    with kept(SERVER, "another run"):
        assert not exists(session, name)


def test_a_database_lasts_as_long_as_its_block(session):
    with scratch_database(SERVER, "proof") as url:
        name = url.rpartition("/")[2]
        drop_left_behind(session)
        with psycopg.connect(url):
            assert exists(session, name)
    assert not exists(session, name)
