"""The row by which other processes know that this one runs."""

from __future__ import annotations

import os

from core.contract.events import Outcome
from core.ledger.store import heartbeat
from core.models import ServerProcess
from tests.core.ledger.conftest import PER_CHARACTER, open_record, run, target


def test_process_is_registered_until_its_last_record_is_settled(grant):
    record = open_record(grant())
    run(record.open(target(PER_CHARACTER)))
    process = ServerProcess.objects.get(token=heartbeat.token())
    assert (process.pid, process.host) == (os.getpid(), heartbeat.host_id())
    heartbeat.unregister()
    assert ServerProcess.objects.filter(token=heartbeat.token()).exists()
    run(record.settle(Outcome.STOPPED, None))
    heartbeat.unregister()
    assert not ServerProcess.objects.filter(token=heartbeat.token()).exists()
    heartbeat.beat()
    assert ServerProcess.objects.get(token=heartbeat.token()).beat_at >= process.beat_at
