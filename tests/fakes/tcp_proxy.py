"""A TCP proxy before a real service, which goes silent, becomes slow or breaks its connections on command."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset."""


class TcpProxy:
    """Forwards bytes to `host` and `port`.

    While it is silent it accepts connections and bytes and forwards nothing, as a machine whose disk hangs
    or a firewall that forgot a connection. `delay` is in seconds for each piece of each direction.
    """

    def __init__(self, host: str, port: int) -> None:
        self.delay = 0.0
        self.port = 0
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[Any] | None = None
        self._speaking = asyncio.Event()
        self._speaking.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False

    def silence(self) -> None:
        self._loop.call_soon_threadsafe(self._speaking.clear)

    def speak(self) -> None:
        """Forward again, what was held back first."""
        self._refusing = False
        self._loop.call_soon_threadsafe(self._speaking.set)

    def refuse(self) -> None:
        """Reset every connection, and each new one at once, until `speak`."""
        self._refusing = True
        asyncio.run_coroutine_threadsafe(self._reset(), self._loop).result(5)

    async def _reset(self) -> None:
        for writer in self._writers:
            reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            reset(writer)
            return
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(*self._target)
        except OSError:
            reset(writer)
            return
        both = {writer, upstream_writer}
        self._writers |= both
        pumps = {
            asyncio.create_task(self._pump(reader, upstream_writer)),
            asyncio.create_task(self._pump(upstream_reader, writer)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._writers -= both
            for pump in pumps:
                pump.cancel()
            for each in both:
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._speaking.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()

    def run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    async def _serve(self, started: threading.Event) -> None:
        self._main = asyncio.current_task()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            await finish(asyncio.all_tasks() - {asyncio.current_task()})

    def stop(self) -> None:
        if self._main is not None:
            self._loop.call_soon_threadsafe(self._main.cancel)


async def finish(tasks: set[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextmanager
def proxy(host: str, port: int) -> Iterator[TcpProxy]:
    """A running proxy."""
    made, started = TcpProxy(host, port), threading.Event()
    thread = threading.Thread(target=made.run, args=(started,), name="tcp proxy", daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield made
    finally:
        made.speak()
        made.stop()
        thread.join(10)
