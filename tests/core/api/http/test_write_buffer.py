"""Writing comes before a wait, never before what is there at once; a cancel reaches what is waited for."""

from __future__ import annotations

import asyncio

import pytest

from core.api.http.write_buffer import gather

pytestmark = pytest.mark.anyio


class Told:
    """Notes what is taken and written, in order; writing takes a turn of the loop."""

    def __init__(self) -> None:
        self.notes: list[object] = []

    def take(self, event: object) -> None:
        self.notes.append(event)

    async def write(self) -> None:
        self.notes.append("written")
        await asyncio.sleep(0)


async def test_events_that_come_together_are_written_together():
    async def events():
        yield 1
        yield 2
        await asyncio.sleep(0)
        yield 3
        await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        yield 4

    told = Told()
    await gather(events(), told.take, told.write)
    assert told.notes == [1, 2, "written", 3, "written", 4]


async def test_an_error_of_the_events_is_raised():
    async def events():
        yield 1
        await asyncio.sleep(0)
        raise LookupError

    told = Told()
    with pytest.raises(LookupError):
        await gather(events(), told.take, told.write)
    assert told.notes == [1, "written"]


async def test_an_error_of_the_taker_is_raised():
    async def events():
        yield 1
        yield 2

    def refuse(event: int) -> None:
        raise LookupError(event)

    with pytest.raises(LookupError, match="1"):
        await gather(events(), refuse, Told().write)


@pytest.mark.parametrize("turns", [1, 3], ids=["during the writing", "during the wait"])
async def test_a_cancel_reaches_what_is_waited_for(turns):
    seen: list[str] = []

    async def events():
        try:
            await asyncio.sleep(0.01)
            yield 1
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    told = Told()
    task = asyncio.ensure_future(gather(events(), told.take, told.write))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]


async def test_a_wait_that_outlives_its_cancel_goes_on():
    async def events():
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        yield 1

    told = Told()
    task = asyncio.ensure_future(gather(events(), told.take, told.write))
    await asyncio.sleep(0.01)
    task.cancel()
    await task
    assert told.notes == ["written", 1]


async def test_a_write_that_fails_is_raised_before_the_next_event():
    async def events():
        yield 1
        await asyncio.sleep(0)
        yield 2

    async def broken() -> None:
        raise ConnectionResetError

    told = Told()
    with pytest.raises(ConnectionResetError):
        await gather(events(), told.take, broken)
    assert told.notes == [1]


async def test_nothing_to_write_is_not_waited_for():
    async def events():
        yield 1
        await asyncio.sleep(0)
        yield 2

    told = Told()
    await gather(events(), told.take, lambda: None)
    assert told.notes == [1, 2]
