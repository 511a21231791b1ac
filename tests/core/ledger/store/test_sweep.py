"""The records of dead processes are completed, once."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from core.contract.errors import UpstreamFailed, UpstreamUnreachable
from core.contract.events import Outcome
from core.ledger.store import heartbeat, writer
from core.ledger.store.batch import Write
from core.ledger.store.sweep import LEADER, SweepReport, sweep
from core.models import Attempt, Budget, ServerProcess, UsageRecord
from tests.core.ledger.conftest import (
    PER_CHARACTER,
    budget_sums,
    deliver_audio,
    open_record,
    run,
    stored_record,
    target,
)

VICTIM = """
import asyncio, json, os, sys
import django
django.setup()
from core.contract.requests import Caller
from core.ledger.store import writer
from core.contract.events import Outcome
from tests.core.ledger.conftest import FakeGrant, PER_CHARACTER, open_record, deliver_audio, target

async def main(point, user, *budgets):
    record = open_record(FakeGrant(Caller(int(user)), None, tuple(map(int, budgets))))
    await record.open(target(PER_CHARACTER))
    if point != "opened":
        await deliver_audio(record)
    if point == "settled":
        await record.settle(Outcome.COMPLETED, None)
    print(json.dumps({"id": record.id}), flush=True)
    await asyncio.sleep(60)

writer.start()
asyncio.run(main(*sys.argv[1:]))
"""


def database_url() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def kill_a_server(point: str, user: int, budget: int) -> str:
    """Start a real process, let it come to `point`, kill it with no chance to clean up."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "POLYPHONY_VAR": str(django_settings.VAR),
    }
    command = [sys.executable, "-c", VICTIM, point, str(user), str(budget)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as victim:
        said = json.loads(victim.stdout.readline())
        victim.send_signal(signal.SIGKILL)
    return said["id"]


@pytest.mark.parametrize(("point", "swept"), [("opened", 1), ("delivered", 1), ("settled", 0)])
def test_sweep_completes_what_a_killed_server_left(ledger_writer, alice, point, swept):
    budget = Budget.objects.create(user=alice, limit=1)
    public_id = kill_a_server(point, alice.id, budget.id)
    assert sweep() == SweepReport(estimated=swept)
    kept = stored_record(public_id)
    assert (kept.state, kept.cost) == ("estimated", Decimal("0.1"))
    assert list(Attempt.objects.values_list("state", "cost")) == [("estimated", Decimal("0.1"))]
    assert budget_sums(budget) == (Decimal("0.1"), 0)
    assert sweep() == SweepReport()


async def opened(grant):
    record = open_record(grant)
    await record.open(target(PER_CHARACTER))
    return record


def belong_to(process: str, host: str = "elsewhere", silence: float = 0) -> None:
    """Give every open record to another server that spoke `silence` seconds ago."""
    beat = timezone.now() - timedelta(seconds=silence)
    ServerProcess.objects.create(token=process, host=host, pid=1, started_at=beat, beat_at=beat)
    UsageRecord.objects.filter(state="open").update(process=process)


def test_sweep_charges_no_more_than_was_reserved_for_two_attempts(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def retried():
        record = await opened(grant(budget))
        lost = UpstreamUnreachable("The connection to the provider broke.")
        await record.close(Outcome.FAILED, usage=None, error=lost, sent=True)
        await record.open(target(PER_CHARACTER))
        return record

    record = run(retried())
    belong_to("other")
    assert sweep(timezone.now() + timedelta(seconds=61)) == SweepReport(estimated=1)
    assert stored_record(record.id).cost == Decimal("0.2")
    assert list(Attempt.objects.values_list("cost", flat=True)) == [Decimal("0.1")] * 2
    assert budget_sums(budget) == (Decimal("0.2"), 0)


def test_sweep_skips_a_live_server(grant):
    record = run(opened(grant()))
    belong_to("other", silence=50)
    assert sweep() == SweepReport()
    assert stored_record(record.id).state == "open"


def test_sweep_completes_records_of_a_silent_server(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record = run(opened(grant(budget)))
    belong_to("other")
    assert sweep(timezone.now() + timedelta(seconds=61)) == SweepReport(estimated=1)
    kept = stored_record(record.id)
    assert (kept.state, kept.error, kept.outcome, kept.basis) == (
        "estimated",
        "process_died",
        "interrupted",
        "estimated",
    )
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_sweep_by_force_completes_records_of_every_other_server(grant):
    run(opened(grant()))
    belong_to("other")
    mine = run(opened(grant()))
    assert sweep(force=True) == SweepReport(estimated=1)
    assert stored_record(mine.id).state == "open"


def test_sweep_finds_a_dead_process_of_this_machine_at_once(grant):
    run(opened(grant()))
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    belong_to("other", heartbeat.host_id())
    ServerProcess.objects.filter(token="other").update(pid=gone.pid)
    assert sweep() == SweepReport(estimated=1)


def test_sweep_waits_after_a_gap_of_its_own_heartbeats(grant, monkeypatch):
    run(opened(grant()))
    belong_to("other", silence=100)
    me = heartbeat.process()
    monkeypatch.setattr(me, "last_beat", me.last_beat - 40)
    monkeypatch.setattr(me, "recovered", None)
    heartbeat.beat()
    assert me.recovering
    assert sweep() == SweepReport()


def test_sweep_releases_what_delivered_nothing(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def failed():
        record = await opened(grant(budget))
        await record.close(Outcome.FAILED, usage=None, error=UpstreamFailed("no"))
        await record.writer.submit(Write(record.id, closed=record.unstored))
        return record

    record = run(failed())
    belong_to("other", silence=100)
    assert sweep() == SweepReport(released=1)
    assert (stored_record(record.id).state, stored_record(record.id).cost) == ("released", 0)
    assert budget_sums(budget) == (0, 0)


def test_sweep_of_unpriced_record_leaves_its_cost_unknown(grant):
    async def unpriced():
        record = open_record(grant(), target())
        await record.open(target())
        return record

    record = run(unpriced())
    belong_to("other", silence=100)
    assert sweep() == SweepReport(estimated=1)
    assert (stored_record(record.id).cost, stored_record(record.id).basis) == (None, "unpriced")


def test_sweep_finds_a_record_that_its_own_process_lost(grant):
    record = run(opened(grant()))
    public_id = record.id
    later = timezone.now() + timedelta(seconds=90)
    heartbeat.beat()
    assert sweep(later) == SweepReport()
    del record
    gc.collect()
    assert sweep() == SweepReport()
    assert sweep(later) == SweepReport(estimated=1)
    assert stored_record(public_id).state == "estimated"


def test_settlement_after_the_sweep_changes_nothing(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record = run(opened(grant(budget)))
    belong_to("other", silence=100)
    sweep()

    async def late():
        await deliver_audio(record)
        return await record.settle(Outcome.COMPLETED, None)

    run(late())
    assert stored_record(record.id).outcome == "interrupted"
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_sweep_has_one_leader(grant):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no advisory locks; its write lock does the same")
    import psycopg  # noqa: PLC0415 - only where the suite runs on PostgreSQL

    run(opened(grant()))
    belong_to("other", silence=100)
    with psycopg.connect(database_url().replace("postgres://", "postgresql://"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LEADER,))
        assert sweep() == SweepReport()
        other.execute("SELECT pg_advisory_unlock(%s)", (LEADER,))
    assert sweep() == SweepReport(estimated=1)


def test_sweep_looks_at_open_records_only(ledger_writer):
    writer.stop()
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"{explain} SELECT public_id FROM core_usagerecord WHERE state = 'open'")
        plan = str(cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
    assert "usage_open" in plan
