"""An admin ends requests: those that stream, those that wait, and none that have ended."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from django.utils import timezone

from core import background, stop_requests
from core.contract.errors import StoppedByAdmin
from core.contract.events import AudioChunk
from core.gateway import Session, collect
from core.models import StopRequest, UsageRecord
from core.models.offload import offload
from tests.core.test_gateway import COST, lab, request, running, stored

__all__ = ["lab", "running"]
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def stop(session: Session) -> None:
    """What the admin's button does, and what this process notices within a second."""
    assert await offload(stop_requests.stop, await opened(session))
    await offload(background.refresh)


async def opened(session: Session) -> UsageRecord:
    """Its record, once it is stored."""
    for _ in range(1000):
        if found := await UsageRecord.objects.filter(public_id=session.id).afirst():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("there is no record")


async def read(session: Session) -> None:
    """Read the events, and stop the request after its first sound."""
    stopped = False
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, AudioChunk) and not stopped:
                await stop(session)
                stopped = True


async def test_a_request_that_streams_ends_at_its_next_event(lab, running):
    await lab(delay=0.05)
    with pytest.raises(StoppedByAdmin):
        await read(Session(running, request()))
    record, (attempt,) = await stored()
    assert (record.state, record.outcome, record.error) == ("estimated", "interrupted", "stopped_by_admin")
    assert (attempt.state, record.cost) == ("estimated", COST)
    assert stop_requests.running == {}


async def test_a_request_that_waits_ends_at_once(lab, running):
    await lab("slow", first_delay=60)
    session = Session(running, request())
    answer = asyncio.create_task(collect(session))
    await stop(session)
    async with asyncio.timeout(10):
        with pytest.raises(StoppedByAdmin):
            await answer
    record, _attempts = await stored()
    assert (record.outcome, record.error, record.status) == ("interrupted", "stopped_by_admin", 403)


async def test_whoever_cancels_the_task_as_well_is_obeyed(lab, running):
    await lab("slow", first_delay=60)
    session = Session(running, request())
    answer = asyncio.create_task(collect(session))
    await opened(session)
    stop_requests.running[session.id].cancel()
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    record, _attempts = await stored()
    assert record.state != "open"


async def test_a_request_that_has_ended_is_not_stopped(lab, running):
    await lab()
    await collect(Session(running, request()))
    record, _attempts = await stored()
    assert not await offload(stop_requests.stop, record)
    assert not await StopRequest.objects.aexists()


async def test_old_requests_to_stop_are_forgotten(lab, running):
    await StopRequest.objects.acreate(record="gen-old")
    await StopRequest.objects.aupdate(created_at=timezone.now() - 2 * stop_requests.KEPT)
    await StopRequest.objects.acreate(record="gen-new")
    await offload(stop_requests.sweep)
    assert [row.record async for row in StopRequest.objects.all()] == ["gen-new"]
