from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core import background
from core.access import snapshot


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_requests_during_the_start_wait_for_the_snapshot(monkeypatch: Any) -> None:
    monkeypatch.setattr(snapshot, "_current", snapshot.AccessSnapshot())
    serials = []

    async def request() -> None:
        if not background.started():
            await background.start()
        serials.append(snapshot.current().serial)

    try:
        await asyncio.gather(*(request() for _ in range(3)))
    finally:
        await background.shutdown()
    assert serials == [1, 1, 1]
