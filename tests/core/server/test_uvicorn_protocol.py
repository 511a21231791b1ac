"""Connections of uvicorn, over a real socket."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from core.server.uvicorn_protocol import Protocol

pytestmark = pytest.mark.anyio


async def answer(_scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def test_a_client_that_resets_an_idle_connection_is_not_cut_off_again(settings):
    settings.STALL_SECONDS = 0
    failures: list[dict] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: failures.append(context))
    config = Config(answer, lifespan="off", timeout_keep_alive=0)
    config.load()
    state, made = ServerState(), []

    def connected() -> Protocol:
        made.append(Protocol(config, state, {}))
        return made[-1]

    server = await loop.create_server(connected, "127.0.0.1", 0)
    client = socket.create_connection(server.sockets[0].getsockname())
    client.setblocking(False)
    await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await loop.sock_recv(client, 100)).startswith(b"HTTP/1.1 200 ")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    async with asyncio.timeout(10):
        while state.connections:  # noqa: ASYNC110 - uvicorn sends no notice
            await asyncio.sleep(0.01)
    made[0].timeout_keep_alive_handler()
    assert made[0].stall_timer is None
    await asyncio.sleep(0.05)
    server.close()
    assert failures == []
