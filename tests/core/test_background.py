from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from core import background
from core.access import snapshot
from core.ledger.store import heartbeat


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_requests_during_the_start_wait_for_the_snapshot(monkeypatch: Any) -> None:
    monkeypatch.setattr(snapshot, "_current", snapshot.AccessSnapshot())
    serials = []

    async def request() -> None:
        if not background.started():
            await background.start()
        serials.append(snapshot.current().serial)

    try:
        await asyncio.gather(*(request() for _ in range(3)))
    finally:
        await background.shutdown()
    assert serials == [1, 1, 1]


@pytest.fixture
def read_only(monkeypatch: Any) -> Iterator[None]:
    """New connections to the database may only read."""
    options = connections.databases[DEFAULT_DB_ALIAS]["OPTIONS"]
    pooled = connection.vendor == "postgresql"
    if pooled:
        connection.close()
        connection.close_pool()
        monkeypatch.setitem(options, "options", "-c default_transaction_read_only=on")
    else:
        monkeypatch.setitem(options, "init_command", "PRAGMA query_only=ON")
    yield
    if pooled:
        connection.close_pool()
    monkeypatch.undo()


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_process_that_can_write_is_ready() -> None:
    assert await background.writable()


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_process_that_can_only_read_is_not_ready(read_only: None) -> None:
    assert not await background.writable()


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_database_that_does_not_answer_is_reported_in_time(monkeypatch: Any) -> None:
    monkeypatch.setattr(background, "READY_SECONDS", 0.2)
    answering = Event()
    monkeypatch.setattr(heartbeat, "beat", lambda: answering.wait(5))
    try:
        assert not await background.writable()
    finally:
        answering.set()
