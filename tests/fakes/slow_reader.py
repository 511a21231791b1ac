"""A server that reads a request slowly, as behind a narrow link, then gives a fixed answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

BUFFER = 65536
"""Bytes that the system keeps for a reader, and that are read in one go."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def slow_reader(pause: float, answer: bytes, stall: float = 0.0) -> AsyncIterator[str]:
    """Its base URL. It waits `pause` seconds before each piece of 64 KiB, and `stall` in the middle."""

    readers: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(read(reader, writer))
        readers.add(task)
        task.add_done_callback(readers.discard)

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await take(reader)
            writer.write(HEAD % len(answer) + answer)
            await writer.drain()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def take(reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        left = size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        stalls = stall
        while left > 0:
            await asyncio.sleep(pause)
            left -= len(await reader.read(BUFFER)) or left
            if left < size // 2:
                await asyncio.sleep(stalls)
                stalls = 0.0

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(accept, sock=listener, limit=BUFFER)
    async with server:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        for task in readers:
            task.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
