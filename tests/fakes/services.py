"""Real PostgreSQL and Redis for tests of their faults; where they do not answer, those tests skip."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.fakes import redis_database
from tests.fakes.tcp_proxy import TcpProxy, proxy

REDIS = redis_database.current()
POSTGRESQL = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"


def address(url: str, port: int) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or port


def require(name: str, host: str, port: int) -> None:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        pytest.skip(f"{name} does not answer at {host}:{port}")


@pytest.fixture(autouse=True, scope="session")
def own_databases() -> Iterator[None]:
    """On PostgreSQL those of this run count as used while it lasts; what killed runs left is dropped."""
    if connection.vendor != "postgresql":
        yield
        return
    from tests.fakes.scratch_databases import kept  # noqa: PLC0415 - psycopg is an optional extra

    with kept(POSTGRESQL, f"test_polyphony_{os.getpid()}"):
        yield


@pytest.fixture
def redis_proxy() -> Iterator[TcpProxy]:
    """A proxy before a real Redis."""
    place = address(REDIS, 6379)
    require("Redis", *place)
    with proxy(*place) as running:
        yield running


@pytest.fixture
def redis_through_proxy(redis_proxy: TcpProxy) -> str:
    """The URL of that Redis through `redis_proxy`."""
    return f"redis://127.0.0.1:{redis_proxy.port}{urlsplit(REDIS).path or '/0'}"


@pytest.fixture
def postgresql_proxy() -> Iterator[TcpProxy]:
    """A proxy before a real PostgreSQL."""
    place = address(POSTGRESQL, 5432)
    if not POSTGRESQL.startswith("postgres"):
        place = ("127.0.0.1", 5432)
    require("PostgreSQL", *place)
    with proxy(*place) as running:
        yield running
