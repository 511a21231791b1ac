"""Who stops an answer stops the vendor's work on it: the connection is closed within a second."""

from __future__ import annotations

import asyncio

import pytest

from tests.core.providers.promises.fake import answering, method, serve, target
from tests.core.providers.promises.faults import cut, silent
from tests.core.providers.promises.vendors import each_case

pytestmark = pytest.mark.anyio

CALM = 0.1
"""Seconds in which what was sent arrives."""


@pytest.mark.timing
@each_case
@pytest.mark.parametrize("broken", [silent, cut("silence")], ids=["before", "after"])
async def test_a_cancelled_call_is_closed_within_a_second(case, broken, tmp_path):
    with serve(answering(case, broken), tmp_path) as fake:
        events = method(case)(target(case, fake), case.call.request(tmp_path))

        async def read() -> None:
            async for _ in events:
                pass

        task = asyncio.create_task(read())
        seen = await asyncio.to_thread(fake.arrival)
        await asyncio.sleep(CALM)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await events.aclose()
        assert await asyncio.to_thread(seen.left.wait, 1)
