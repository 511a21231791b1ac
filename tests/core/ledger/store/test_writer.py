"""One thread writes for all: in groups, each for itself when something fails, and to the last row."""

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
    begin,
    call,
    deliver,
    run,
    standing,
    stored_record,
    target,
)


@contextmanager
def database_away():
    """Make the real database refuse: SQLite by a lock that is not let go, PostgreSQL by a closed door."""
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
    door(False)
    try:
        yield
    finally:
        door(True)


def restart():
    writer.stop()
    writer.start()


def door(open: bool) -> None:
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
    assert run(call(grant())).cost == Decimal("0.1")


def test_writer_that_does_not_run_lets_nothing_leave(grant):
    writer.stop()
    with pytest.raises(Unavailable) as refused:
        run(call(grant()))
    assert refused.value.provider_code == "ledger_unavailable"
    assert (UsageRecord.objects.count(), spool.pending()) == (0, [])


def test_writer_flushes_when_it_stops(grant):
    async def many():
        records = [begin(grant()) for _ in range(50)]
        opening = [asyncio.ensure_future(record.open(target(PER_CHARACTER))) for record in records]
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.stop)
        return await asyncio.gather(*opening)

    assert run(many()) == [1] * 50
    assert UsageRecord.objects.count() == 50


def test_writer_failing_on_one_row_fails_its_owner_alone(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def together():
        records = [begin(grant(budget)) for _ in range(5)]
        records[3].id = records[1].id  # a number that exists already is refused by the table
        opening = (record.open(target(PER_CHARACTER)) for record in records)
        return await asyncio.gather(*opening, return_exceptions=True)

    answers = run(together())
    assert [answer for answer in answers if answer == 1] == [1] * 4
    assert isinstance(answers[3], Unavailable)
    assert UsageRecord.objects.count() == 4
    assert standing(budget) == (0, Decimal("0.4"))


def test_writer_serves_several_loops_at_once(grant):
    def loop():
        async def several():
            await asyncio.gather(*(call(grant()) for _ in range(10)))

        asyncio.run(several())

    threads = [threading.Thread(target=loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert UsageRecord.objects.filter(state="settled").count() == 30


def test_writer_survives_a_loop_that_is_gone(grant):
    async def leave():
        record = begin(grant())
        record.writer.submit(Write(record.id, record=record.record_row()))

    run(leave())
    run(call(grant()))
    assert UsageRecord.objects.count() == 2


def test_writer_opens_a_broken_connection_anew(grant):
    run(call(grant()))
    if connection.vendor == "postgresql":
        door(False)
        door(True)
    else:
        connection.close()
        restart()
    assert run(call(grant())).cost == Decimal("0.1")
    assert UsageRecord.objects.count() == 2


def test_writer_without_database_refuses_what_is_new(grant, alice):
    allowed = grant()
    with database_away(), pytest.raises(Unavailable) as refused:
        run(call(allowed))
    assert refused.value.provider_code == "ledger_unavailable"
    assert run(call(allowed)).cost == Decimal("0.1")
    sweep.sweep(force=True)
    assert UsageRecord.objects.filter(state="open").count() == 0


def test_writer_without_database_keeps_settlements_for_later(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    allowed = grant(budget)

    async def opened():
        record = begin(allowed)
        await record.open(target(PER_CHARACTER))
        await deliver(record)
        return record

    record = run(opened())
    with database_away():
        receipt = run(record.settle(Outcome.COMPLETED, None))
        assert receipt.cost == Decimal("0.1")
        assert len(spool.pending()) == 1
    content = spool.pending()[0].read_bytes()
    run(call(allowed))
    for _ in range(100):
        if not spool.pending():
            break
        threading.Event().wait(0.1)
    assert spool.pending() == []
    assert stored_record(record.id).state == "estimated"
    assert standing(budget) == (Decimal("0.2"), 0)
    (spool.folder() / "again.json").write_bytes(content)
    assert spool.replay() == 0
    assert standing(budget) == (Decimal("0.2"), 0)


def test_spool_sets_aside_what_the_database_refuses(books):
    spool.folder().mkdir()
    (spool.folder() / "1.json").write_bytes(b'[{"id": "gen-1", "closed": [], "settled": [1]}]')
    (spool.folder() / "2.json").write_bytes(b"not json")
    assert spool.replay() == 0
    assert sorted(path.name for path in spool.folder().iterdir()) == ["1.rejected", "2.rejected"]
