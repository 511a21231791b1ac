"""Work is done before a wait begins, never for what is there at once; a cancel reaches what is waited for."""

from __future__ import annotations

import asyncio

import pytest

from core.api.gathering import meanwhile

pytestmark = pytest.mark.anyio


class Worked:
    """Counts how often it was called; takes a turn of the loop each time."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1
        await asyncio.sleep(0)


async def there(value: str) -> str:
    return value


async def late(value: str, seen: list[str] | None = None) -> str:
    try:
        await asyncio.sleep(0.01)
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        assert seen is not None
        seen.append("cancelled")
        raise
    return value


async def test_what_is_there_needs_no_work():
    work = Worked()
    assert (await meanwhile(there("a"), work), work.times) == ("a", 0)


async def test_a_wait_is_worked_in_once():
    work = Worked()
    assert (await meanwhile(late("a"), work), work.times) == ("a", 1)


async def test_events_of_an_async_generator_pass():
    async def events():
        yield 1
        yield 2
        await asyncio.sleep(0)
        yield 3

    work, source = Worked(), events()
    found = [(await meanwhile(anext(source), work), work.times) for _ in range(3)]
    with pytest.raises(StopAsyncIteration):
        await meanwhile(anext(source), work)
    assert found == [(1, 0), (2, 0), (3, 1)]


async def test_an_error_of_what_is_waited_for_is_raised():
    async def fail() -> str:
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        await meanwhile(fail(), Worked())


@pytest.mark.parametrize("turns", [1, 3], ids=["during the work", "during the wait"])
async def test_a_cancel_reaches_what_is_waited_for(turns):
    seen: list[str] = []
    task = asyncio.ensure_future(meanwhile(late("a", seen), Worked()))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]
