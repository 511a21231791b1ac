from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core import background
from core.access import snapshot


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_requests_that_come_while_it_starts_wait_for_the_snapshot(monkeypatch: Any) -> None:
    monkeypatch.setattr(snapshot, "_current", snapshot.AccessSnapshot())
    seen = []

    async def come() -> None:
        if not background.started():
            await background.start()
        seen.append(snapshot.current().serial)

    try:
        await asyncio.gather(*(come() for _ in range(3)))
    finally:
        await background.shutdown()
    assert seen == [1, 1, 1]
