"""The embedded provider: no key, no network; C media code in worker processes behind pipes."""

from __future__ import annotations

import asyncio

from core.contract.route import Target
from core.providers.local.pool import close_shared_pool
from core.providers.local.recording import encode
from core.providers.local.speech import speak
from core.providers.local.voices import voices

__all__ = ["Local"]


class Local:
    """What this installation can do by itself."""

    speak = staticmethod(speak)
    encode = staticmethod(encode)

    async def models(self, target: Target) -> tuple[str, ...]:
        """The engines that answer; asking starts a worker. Raises `Unavailable` with the install hint."""
        return ("espeak-ng",) if await voices() else ()

    def prepare(self) -> None:
        """Start a worker and its engine, so that the first listener does not wait for them. Blocking."""
        asyncio.run(voices())

    async def close(self) -> None:
        await asyncio.to_thread(close_shared_pool)
