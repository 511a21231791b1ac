"""A database that neither answers nor refuses: callers are told within seconds, settled is later."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from core.contract.errors import Unavailable
from core.contract.events import Outcome
from core.ledger.store import spool, writer
from core.models import Budget, UsageRecord
from core.postgresql.limit import answer_limit
from tests.core.ledger.conftest import (
    PER_CHARACTER,
    budget_sums,
    complete_request,
    deliver_audio,
    open_record,
    run,
    stored_record,
    target,
)


@pytest.fixture
def silence(request, monkeypatch):
    """The database of the writer, which is silent inside the block: SQLite is locked, PostgreSQL holds all
    bytes back."""
    monkeypatch.setattr(answer_limit, "seconds", 1.0)
    monkeypatch.setattr(writer, "OPEN_SECONDS", 0.8)
    monkeypatch.setattr(writer, "SETTLE_SECONDS", 0.3)
    if connection.vendor == "sqlite":
        return locked
    proxy = request.getfixturevalue("postgresql_proxy")
    facts = connections.databases[DEFAULT_DB_ALIAS]
    monkeypatch.setitem(facts, "HOST", "127.0.0.1")
    monkeypatch.setitem(facts, "PORT", str(proxy.port))
    writer.stop()
    writer.start()

    @contextmanager
    def silent():
        proxy.silence()
        try:
            yield
        finally:
            proxy.speak()

    return silent


@contextmanager
def locked():
    with connection.cursor() as cursor:
        cursor.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


async def opened(allowed):
    record = open_record(allowed)
    await record.open(target(PER_CHARACTER))
    await deliver_audio(record)
    return record


async def refused(allowed):
    """The error of a request that cannot be stored, which ends as the gateway ends it."""
    record = open_record(allowed)
    with pytest.raises(Unavailable) as caught:
        await record.open(target(PER_CHARACTER))
    await record.settle(Outcome.FAILED, caught.value)
    return caught.value


def wait_until(holds):
    for _ in range(100):
        if holds():
            return
        threading.Event().wait(0.1)
    pytest.fail("the database is back, and nothing was settled")


def test_a_request_is_refused_in_time(silence, grant):
    allowed = grant()
    run(complete_request(allowed))
    began = time.monotonic()
    with silence():
        refusal = run(refused(allowed))
        assert refusal.provider_code == "ledger_unavailable"
        assert time.monotonic() - began < 3
    writer.stop()
    assert UsageRecord.objects.filter(state="open").count() == 0


def test_a_finished_answer_is_not_held_back(silence, grant, alice, monkeypatch):
    """It is told while the database would still be waited for; a busy machine has its time for that."""
    patience = 20.0
    writer.stop()
    monkeypatch.setattr(answer_limit, "seconds", patience)
    monkeypatch.setattr(writer, "LOCK_SECONDS", patience)
    writer.start()
    budget = Budget.objects.create(user=alice, limit=1)
    record = run(opened(grant(budget)))
    with silence():
        began = time.monotonic()
        assert run(record.settle(Outcome.COMPLETED, None)).cost == Decimal("0.1")
        assert time.monotonic() - began < patience / 2
        assert len(spool.pending()) == 1
    wait_until(lambda: not spool.pending())
    assert stored_record(record.id).state == "estimated"
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_a_read_only_database_loses_no_settlement(grant, alice):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite says that it is read-only as it says that it is locked")
    record = run(opened(grant()))
    facts = connections.databases[DEFAULT_DB_ALIAS]["OPTIONS"]
    facts["options"] = "-c default_transaction_read_only=on"
    try:
        writer.stop()
        writer.start()
        run(record.settle(Outcome.COMPLETED, None))
        assert len(spool.pending()) == 1
    finally:
        del facts["options"]
        writer.stop()
        writer.start()
    spool.replay()
    assert stored_record(record.id).state == "estimated"
