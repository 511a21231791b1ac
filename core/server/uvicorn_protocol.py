"""HTTP for uvicorn, which itself keeps silent connections, and waits for clients that do not read, for ever.

`uvicorn --http core.server.uvicorn_protocol:Protocol` uses it; its websockets get the same limit.
"""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.server.connections import Rank, connection_limit, most_idle
from core.server.flow import limit_unsent, reset_on_close


class StallLimit:
    """Cuts a client off that takes nothing for `STALL_SECONDS`; for protocols of uvicorn to inherit first."""

    transport: asyncio.Transport
    stall_timer: asyncio.TimerHandle | None = None
    is_lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        limit_unsent(transport.get_extra_info("socket").fileno())
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self.stop_timer()
        super().connection_lost(error)  # type: ignore[misc]

    def pause_writing(self) -> None:
        self.start_timer()
        super().pause_writing()  # type: ignore[misc]

    def resume_writing(self) -> None:
        self.stop_timer()
        super().resume_writing()  # type: ignore[misc]

    def shutdown(self) -> None:
        super().shutdown()  # type: ignore[misc]
        self.close_in_time()

    def close_in_time(self) -> None:
        """A transport that is being closed waits for its client to take the rest."""
        if self.transport.is_closing() and self.stall_timer is None and not self.is_lost:
            self.start_timer()

    def start_timer(self) -> None:
        self.stop_timer()
        loop = asyncio.get_running_loop()
        self.stall_timer = loop.call_later(settings.STALL_SECONDS, self.cut_off)

    def cut_off(self) -> None:
        reset_on_close(self.transport.get_extra_info("socket").fileno())
        self.transport.abort()

    def stop_timer(self) -> None:
        if self.stall_timer is not None:
            self.stall_timer.cancel()
            self.stall_timer = None


class Protocol(StallLimit, HttpToolsProtocol):
    """One connection. With too many of them, one that is idle is closed for each new one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.ws_protocol_class is not None:
            self.ws_protocol_class = websocket_protocol(self.ws_protocol_class)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = time.monotonic()
        if len(self.connections) > connection_limit():
            others = (each for each in self.connections if isinstance(each, Protocol) and each is not self)
            (most_idle(others) or self).evict()

    def on_response_complete(self) -> None:
        self.since = time.monotonic()
        super().on_response_complete()
        self.close_in_time()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self.close_in_time()

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


@cache
def websocket_protocol(protocol: type) -> type:
    """The protocol that uvicorn has chosen for websockets, with the limit."""
    return type(protocol.__name__, (StallLimit, protocol), {})
