"""The writer: batches, failures of single writes, a database that is away, shutdown."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from core.contract.errors import Unavailable
from core.contract.events import Outcome
from core.ledger.store import spool, sweep, writer
from core.ledger.store.batch import Write
from core.models import Budget, UsageRecord
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


@contextmanager
def database_away():
    """Make the real database refuse: SQLite by a lock that is held, PostgreSQL by refusing connections."""
    if connection.vendor == "sqlite":
        facts = connections.databases[DEFAULT_DB_ALIAS]
        patience = facts["OPTIONS"]["timeout"]
        facts["OPTIONS"]["timeout"] = 0.05
        restart()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
                facts["OPTIONS"]["timeout"] = patience
        return
    allow_connections(False)
    try:
        yield
    finally:
        allow_connections(True)


def restart():
    writer.stop()
    writer.start()


def allow_connections(open: bool) -> None:
    import psycopg  # noqa: PLC0415 - only where the suite runs on PostgreSQL

    name = connection.settings_dict["NAME"]
    facts = {**connection.get_connection_params(), "dbname": "postgres"}
    wanted = {key: facts[key] for key in ("dbname", "host", "port", "user", "password") if facts.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {str(open).lower()}')
        if not open:
            cut(server, name)


def cut(server, name: str) -> None:
    """End the writer's connection and no other."""
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND application_name = 'polyphony ledger'",
        (name,),
    )


def test_writer_starts_and_stops_more_than_once(grant):
    writer.start()
    writer.start()
    assert writer.is_alive()
    writer.stop()
    writer.stop()
    assert not writer.is_alive()
    writer.start()
    assert run(complete_request(grant())).cost == Decimal("0.1")


def test_writer_that_is_stopped_refuses(grant):
    writer.stop()
    with pytest.raises(Unavailable) as refused:
        run(complete_request(grant()))
    assert refused.value.provider_code == "ledger_unavailable"
    assert (UsageRecord.objects.count(), spool.pending()) == (0, [])


def test_writer_flushes_when_it_stops(grant):
    async def many():
        records = [open_record(grant()) for _ in range(50)]
        opening = [asyncio.ensure_future(record.open(target(PER_CHARACTER))) for record in records]
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.stop)
        return await asyncio.gather(*opening)

    assert run(many()) == [1] * 50
    assert UsageRecord.objects.count() == 50


def test_writer_failing_on_one_row_fails_that_write_only(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def together():
        records = [open_record(grant(budget)) for _ in range(5)]
        records[3].id = records[1].id  # a number that exists already is refused by the table
        opening = (record.open(target(PER_CHARACTER)) for record in records)
        return await asyncio.gather(*opening, return_exceptions=True)

    answers = run(together())
    assert [answer for answer in answers if answer == 1] == [1] * 4
    assert isinstance(answers[3], Unavailable)
    assert UsageRecord.objects.count() == 4
    assert budget_sums(budget) == (0, Decimal("0.4"))


def test_writer_serves_several_loops_at_once(grant):
    def loop():
        async def several():
            await asyncio.gather(*(complete_request(grant()) for _ in range(10)))

        asyncio.run(several())

    threads = [threading.Thread(target=loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert UsageRecord.objects.filter(state="settled").count() == 30


def test_writer_survives_a_closed_loop(grant):
    async def leave():
        record = open_record(grant())
        record.writer.submit(Write(record.id, record=record.record_row()))

    run(leave())
    run(complete_request(grant()))
    assert UsageRecord.objects.count() == 2


def test_writer_opens_a_broken_connection_anew(grant):
    run(complete_request(grant()))
    if connection.vendor == "postgresql":
        allow_connections(False)
        allow_connections(True)
    else:
        connection.close()
        restart()
    assert run(complete_request(grant())).cost == Decimal("0.1")
    assert UsageRecord.objects.count() == 2


def test_writer_without_database_refuses_what_is_new(grant, alice):
    allowed = grant()
    with database_away(), pytest.raises(Unavailable) as refused:
        run(complete_request(allowed))
    assert refused.value.provider_code == "ledger_unavailable"
    assert run(complete_request(allowed)).cost == Decimal("0.1")
    sweep.sweep(force=True)
    assert UsageRecord.objects.filter(state="open").count() == 0


def test_writer_without_database_keeps_settlements_for_later(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    allowed = grant(budget)

    async def opened():
        record = open_record(allowed)
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        return record

    record = run(opened())
    with database_away():
        receipt = run(record.settle(Outcome.COMPLETED, None))
        assert receipt.cost == Decimal("0.1")
        assert len(spool.pending()) == 1
    content = spool.pending()[0].read_bytes()
    run(complete_request(allowed))
    for _ in range(100):
        if not spool.pending():
            break
        threading.Event().wait(0.1)
    assert spool.pending() == []
    assert stored_record(record.id).state == "estimated"
    assert budget_sums(budget) == (Decimal("0.2"), 0)
    (spool.folder() / "again.json").write_bytes(content)
    assert spool.replay() == 0
    assert budget_sums(budget) == (Decimal("0.2"), 0)
