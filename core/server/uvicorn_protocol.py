"""HTTP for uvicorn, which itself keeps silent connections for ever.

`uvicorn --http core.server.uvicorn_protocol:Protocol` uses it.
"""

from __future__ import annotations

import asyncio
import time

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.server.connections import Rank, connection_limit, most_idle


class Protocol(HttpToolsProtocol):
    """One connection. With too many of them, one that is idle is closed for each new one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.since = time.monotonic()
        if len(self.connections) > connection_limit():
            others = (each for each in self.connections if isinstance(each, Protocol) and each is not self)
            (most_idle(others) or self).evict()

    def on_response_complete(self) -> None:
        self.since = time.monotonic()
        super().on_response_complete()

    def evict(self) -> None:
        self.connections.discard(self)
        self.transport.close()

    @property
    def idleness(self) -> tuple[Rank, float] | None:
        if self.transport.is_closing():
            return None
        if self.cycle is None:
            return Rank.FIRST_BYTE, self.since
        return (Rank.NEXT_REQUEST, self.since) if self.cycle.response_complete else None
