"""Frames available together are written together; a slow, failing or cancelled write is nobody's surprise."""

from __future__ import annotations

import asyncio

import pytest

from core.api.http.write_buffer import WriteBuffer

pytestmark = pytest.mark.anyio


class Client:
    """Records what is written. Writing takes until `ready` is set, which it is from the start."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.writing = 0
        self.ready = asyncio.Event()
        self.ready.set()

    async def write(self, data: bytes) -> None:
        self.frames.append(data)
        self.writing += 1
        try:
            await self.ready.wait()
        finally:
            self.writing -= 1


async def refuse(data: bytes) -> None:
    raise ConnectionResetError


async def test_frames_available_together_are_written_together():
    client = Client()
    buffer = WriteBuffer(client.write)
    await buffer.add(b"1")
    await buffer.add(b"2")
    await asyncio.sleep(0)
    await buffer.add(b"3")
    await asyncio.sleep(0.01)
    assert client.frames == [b"12", b"3"]
    await buffer.add(b"4")
    await buffer.flush(b"5")
    assert client.frames == [b"12", b"3", b"45"]


async def test_flush_alone_writes_what_it_is_given():
    client = Client()
    await WriteBuffer(client.write).flush()
    await WriteBuffer(client.write).flush(b"1", b"2")
    assert client.frames == [b"12"]


async def test_it_is_true_while_frames_wait():
    buffer = WriteBuffer(Client().write)
    assert not buffer
    await buffer.add(b"1")
    assert buffer
    await asyncio.sleep(0)
    assert not buffer


async def test_a_slow_client_makes_the_next_frame_wait():
    client = Client()
    client.ready.clear()
    buffer = WriteBuffer(client.write)
    await buffer.add(b"1")
    await asyncio.sleep(0)
    adding = asyncio.ensure_future(buffer.add(b"2"))
    await asyncio.sleep(0.01)
    assert not adding.done()
    client.ready.set()
    await adding
    await buffer.flush()
    assert client.frames == [b"1", b"2"]


@pytest.mark.parametrize("ended", [True, False], ids=["by flush", "by the next frame"])
async def test_a_write_that_fails_is_raised(ended):
    buffer = WriteBuffer(refuse)
    await buffer.add(b"1")
    await asyncio.sleep(0)
    with pytest.raises(ConnectionResetError):
        await (buffer.flush() if ended else buffer.add(b"2"))


async def test_a_cancellation_ends_the_write_under_way():
    client = Client()
    client.ready.clear()
    buffer = WriteBuffer(client.write)
    await buffer.add(b"1")
    await asyncio.sleep(0)
    adding = asyncio.ensure_future(buffer.add(b"2"))
    await asyncio.sleep(0)
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    await asyncio.sleep(0)
    assert client.writing == 0


@pytest.mark.parametrize("turns", [0, 1], ids=["before the write", "during the write"])
async def test_discarded_frames_are_not_written(turns):
    client = Client()
    client.ready.clear()
    buffer = WriteBuffer(client.write)
    await buffer.add(b"1")
    for _ in range(turns):
        await asyncio.sleep(0)
    buffer.discard()
    await asyncio.sleep(0.01)
    assert client.frames == [b"1"] * turns
    assert client.writing == 0
