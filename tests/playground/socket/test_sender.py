"""Events are sent at once where the server accepts them, else continued; none is sent twice."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import UUID

import orjson
import pytest

from playground.runs.audio_file import RunAudio
from playground.runs.log import Log
from playground.socket.sender import Sender

pytestmark = pytest.mark.anyio

RUN = UUID(int=7)


class Server:
    """An ASGI server's side of a socket: `room` open, it takes at once; `gone`, it refuses."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.room = asyncio.Event()
        self.room.set()
        self.gone = False

    async def send(self, message) -> None:
        await self.room.wait()
        if self.gone:
            raise OSError("the client is gone")
        text = message.get("text")
        self.received.append(orjson.loads(text)["seq"] if text else int.from_bytes(message["bytes"][4:8]))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def sender(server) -> Sender:
    return Sender(server.send, "a", RUN)


async def relay(log: Log, sender: Sender, woken: list[int]) -> None:
    async with aclosing(log.read(0, sender.take)) as batches:
        async for batch in batches:
            woken.append(len(batch))
            for number, body in batch:
                await sender.send(number, body)


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def note(number: int) -> dict[str, object] | str:
    return {"type": "note", "text": str(number)} if number % 2 else str(number)


async def test_a_waiting_reader_is_sent_events_without_being_woken(server, sender):
    log, woken = Log(RunAudio(RUN)), []
    task = asyncio.create_task(relay(log, sender, woken))
    await turns()
    for number in (1, 2):
        log.append(note(number))
        assert server.received == [*range(1, number + 1)]
    log.append(b"\0\1")
    assert server.received == [1, 2, 3]
    log.close()
    await task
    assert (server.received, woken) == ([1, 2, 3], [])


async def test_what_was_there_before_comes_first(server, sender):
    log, woken = Log(RunAudio(RUN)), []
    log.append(note(1))
    task = asyncio.create_task(relay(log, sender, woken))
    log.append(note(2))
    await turns()
    log.append(note(3))
    assert (server.received, woken) == ([1, 2, 3], [2])
    log.close()
    await task


async def test_a_full_socket_blocks_nothing_and_loses_nothing(server, sender):
    log, woken = Log(RunAudio(RUN)), []
    task = asyncio.create_task(relay(log, sender, woken))
    await turns()
    log.append(note(1))
    server.room.clear()
    for number in range(2, 6):
        log.append(note(number))
    await turns()
    log.append(note(6))
    assert server.received == [1]
    server.room.set()
    await turns(10)
    log.append(note(7))
    assert server.received == [1, 2, 3, 4, 5, 6, 7]
    log.close()
    await task


async def test_a_client_that_is_gone_ends_the_relay_and_not_the_run(server, sender):
    log = Log(RunAudio(RUN))
    task = asyncio.create_task(relay(log, sender, []))
    await turns()
    server.gone = True
    assert log.append(note(1)) == 1
    with pytest.raises(OSError, match="gone"):
        await task
    assert log.append(note(2)) == 2


async def test_a_relay_that_is_cancelled_in_the_middle_sends_nothing_more(server, sender):
    log = Log(RunAudio(RUN))
    task = asyncio.create_task(relay(log, sender, []))
    await turns()
    server.room.clear()
    log.append(note(1))
    await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.room.set()
    log.append(note(2))
    await turns()
    assert server.received == []


async def test_a_block_that_is_replaced_while_it_waits_does_not_swallow_the_next(server, sender):
    log = Log(RunAudio(RUN))
    task = asyncio.create_task(relay(log, sender, []))
    await turns()
    server.room.clear()
    for state in ("open", "closed"):
        log.append({"type": "html.block", "index": 0, "state": state, "html": state})
    log.append(note(3))
    await turns()
    server.room.set()
    await turns(10)
    assert server.received == [1, 2, 3]
    log.close()
    await task


async def test_a_reader_that_is_being_cancelled_sends_nothing_more(server, sender):
    log = Log(RunAudio(RUN))
    task = asyncio.create_task(relay(log, sender, []))
    await turns()
    task.cancel()
    log.append(note(1))
    assert server.received == []
    with pytest.raises(asyncio.CancelledError):
        await task
    log.append(note(2))
    assert server.received == []
