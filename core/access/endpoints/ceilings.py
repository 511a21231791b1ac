"""The calls of endpoints over all processes, counted in Redis; without it each process counts its own."""

from __future__ import annotations

import asyncio

from django.conf import settings

from core.access.shared_limits import ParallelLimit, RateLimit


class SharedCeilings:
    """Implements routing's `CeilingStore`; that a place is free again is told in the background."""

    def __init__(self) -> None:
        self._places = ParallelLimit("endpoints")
        self._rates = RateLimit("endpoints")
        self._tasks: set[asyncio.Task[None]] = set()

    def held(self, endpoint_id: int) -> int:
        """Places that calls of this process have."""
        return self._places.held(endpoint_id)

    async def enter(self, endpoint_id: int, most: int) -> str:
        return await self._places.enter(endpoint_id, most)

    def leave(self, endpoint_id: int, place: str) -> None:
        self._places.forget(endpoint_id, place)
        if not settings.REDIS_URL:
            return
        task = asyncio.create_task(self._places.leave(endpoint_id, place), name="place of an endpoint")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def count(self, endpoint_id: int, most: int) -> float:
        return await self._rates.take(endpoint_id, most)
