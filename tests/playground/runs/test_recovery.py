"""Runs whose process died."""

from __future__ import annotations

import pytest

from core.models.offload import offload
from playground.models import Run
from playground.runs import recovery

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_recovery_closes_what_a_crash_left_open(alice):
    create = Run.objects.create
    left, mine = [await offload(create, user=alice, task="speech", model="m") for _ in range(2)]
    done = await offload(create, user=alice, task="speech", model="m", state="completed")
    assert await recovery.recover([mine.id]) == 1
    states = {run.id: run.state for run in await offload(list, Run.objects.all())}
    assert states == {left.id: "interrupted", mine.id: "running", done.id: "completed"}
