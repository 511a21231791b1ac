"""Events available together are written together; cancellation reaches the generator that is waiting."""

from __future__ import annotations

import asyncio

import pytest

from core.api.http.write_buffer import coalesce

pytestmark = pytest.mark.anyio


class Recorder:
    """Records what is taken and written, in order; writing yields to the event loop once."""

    def __init__(self) -> None:
        self.notes: list[object] = []

    def take(self, event: object) -> None:
        self.notes.append(event)

    async def write(self) -> None:
        self.notes.append("written")
        await asyncio.sleep(0)


async def test_events_available_together_are_written_together():
    async def events():
        yield 1
        yield 2
        await asyncio.sleep(0)
        yield 3
        await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        yield 4

    recorder = Recorder()
    await coalesce(events(), recorder.take, recorder.write)
    assert recorder.notes == [1, 2, "written", 3, "written", 4]


async def test_an_error_of_the_events_is_raised():
    async def events():
        yield 1
        await asyncio.sleep(0)
        raise LookupError

    recorder = Recorder()
    with pytest.raises(LookupError):
        await coalesce(events(), recorder.take, recorder.write)
    assert recorder.notes == [1, "written"]


async def test_an_error_of_take_is_raised():
    async def events():
        yield 1
        yield 2

    def refuse(event: int) -> None:
        raise LookupError(event)

    with pytest.raises(LookupError, match="1"):
        await coalesce(events(), refuse, Recorder().write)


@pytest.mark.parametrize("turns", [1, 3], ids=["during the writing", "during the wait"])
async def test_a_cancellation_reaches_the_waiting_generator(turns):
    cancelled: list[bool] = []

    async def events():
        try:
            await asyncio.sleep(0.01)
            yield 1
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    recorder = Recorder()
    task = asyncio.ensure_future(coalesce(events(), recorder.take, recorder.write))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled == [True]


async def test_a_generator_that_survives_its_cancellation_goes_on():
    async def events():
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        yield 1

    recorder = Recorder()
    task = asyncio.ensure_future(coalesce(events(), recorder.take, recorder.write))
    await asyncio.sleep(0.01)
    task.cancel()
    await task
    assert recorder.notes == ["written", 1]


async def test_a_write_that_fails_is_raised_before_the_next_event():
    async def events():
        yield 1
        await asyncio.sleep(0)
        yield 2

    async def broken() -> None:
        raise ConnectionResetError

    recorder = Recorder()
    with pytest.raises(ConnectionResetError):
        await coalesce(events(), recorder.take, broken)
    assert recorder.notes == [1]


async def test_an_empty_buffer_is_not_awaited():
    async def events():
        yield 1
        await asyncio.sleep(0)
        yield 2

    recorder = Recorder()
    await coalesce(events(), recorder.take, lambda: None)
    assert recorder.notes == [1, 2]
