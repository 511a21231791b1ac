from __future__ import annotations

import asyncio

import pytest

from core.providers.patience import Patience

pytestmark = pytest.mark.anyio


async def answer(after: float = 0.0) -> str:
    await asyncio.sleep(after)
    return "answer"


async def test_waiting_uses_patience_up_and_nothing_else_does():
    patience = Patience(10.0)
    await asyncio.sleep(0.05)
    assert patience.left == 10.0
    assert await patience.wait(answer(0.05), 5.0) == "answer"
    assert 9.0 < patience.left <= 9.95


async def test_one_wait_is_bounded():
    with pytest.raises(TimeoutError):
        await Patience(10.0).wait(answer(5.0), 0.01)


async def test_all_waits_together_are_bounded():
    patience = Patience(0.05)
    with pytest.raises(TimeoutError):
        await patience.wait(answer(5.0), 5.0)
    with pytest.raises(TimeoutError):
        await patience.wait(answer(0.001), 5.0)


async def test_a_failure_passes_through():
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Patience(1.0).wait(fails(), 1.0)
