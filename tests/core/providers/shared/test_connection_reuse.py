"""Which connections to a provider are used again: those of which nothing is left over."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.contract.errors import UpstreamFailed
from core.providers.shared import http
from tests.core.providers.shared.test_http import CALM, call, fetch
from tests.fakes import scenarios

pytestmark = pytest.mark.anyio


async def test_a_finished_answer_leaves_its_connection_to_the_next(provider):
    await fetch(call(provider, "ok"))
    await fetch(call(provider, "ok"))
    assert [seen.connection for seen in provider.requests] == [1, 1]


async def test_a_connection_is_not_used_again_after_an_early_stop(provider):
    async with await http.send(call(provider, "slow")) as answer, aclosing(answer.chunks()) as chunks:
        await anext(chunks)
    await fetch(call(provider, "ok"))
    assert [seen.connection for seen in provider.requests] == [1, 2]
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_a_caller_who_stops_while_the_end_is_awaited_leaves_no_connection_open(provider, monkeypatch):
    async def endless(exchange):
        await exchange.head()
        await exchange.chunk(b"all there is")
        await exchange.silence()

    async def read():
        async with await http.send(call(provider, "endless")) as answer, aclosing(answer.chunks()) as chunks:
            await anext(chunks)
            read_it.set()

    monkeypatch.setattr(http, "LINGER", 30)
    provider.script("endless", endless)
    read_it = asyncio.Event()
    reader = asyncio.create_task(read())
    await read_it.wait()
    reader.cancel()
    await asyncio.wait([reader])
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_a_connection_is_not_used_again_after_an_error_page_was_left(provider):
    with pytest.raises(UpstreamFailed):
        await fetch(call(provider, "failing"))
    await fetch(call(provider, "ok"))
    assert [seen.connection for seen in provider.requests] == [1, 2]


POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"


@pytest.mark.parametrize("surplus", [POISON, POISON[:30], POISON[:-3], b"HTTP"])
@pytest.mark.parametrize("together", [True, False], ids=["in_the_last_packet", "while_idle"])
async def test_a_connection_with_surplus_bytes_is_not_used_again(provider, surplus, together):
    async def glues(exchange):
        await exchange.head(content_length="5")
        await exchange.raw(b"first" + (surplus if together else b""))
        if not together:
            await asyncio.to_thread(read.wait, 5)
            await exchange.raw(surplus)

    read = threading.Event()
    provider.script("glues", glues, scenarios.body(b"second"))
    assert await fetch(call(provider, "glues")) == b"first"
    read.set()
    assert await asyncio.to_thread(provider.requests[0].finished.wait, 5)
    assert await fetch(call(provider, "glues")) == b"second"
    assert [seen.connection for seen in provider.requests] == [1, 2]


async def test_bytes_that_are_not_read_yet_keep_a_connection_from_being_used_again(provider):
    async def glues(exchange):
        await exchange.reply(200, b"first")
        await asyncio.to_thread(read.wait, 5)
        await exchange.raw(POISON)

    read = threading.Event()
    provider.script("glues", glues, scenarios.body(b"second"))
    assert await fetch(call(provider, "glues")) == b"first"
    read.set()
    provider.requests[0].finished.wait(5)  # not in a thread: the event loop must not run
    assert await fetch(call(provider, "glues")) == b"second"
    assert [seen.connection for seen in provider.requests] == [1, 2]


async def test_glued_answers_reach_nobody_under_load(provider):
    async def glues(exchange):
        number = exchange.seen.json["input"].encode()
        await exchange.head(content_length=str(len(number)))
        await exchange.raw(number + (POISON if int(number) % 3 == 0 else b""))

    async def ask(number: int) -> bytes:
        request = call(provider, "glues", CALM)
        return await fetch(replace(request, content=f'{{"model": "glues", "input": "{number}"}}'.encode()))

    provider.script("glues", glues)
    for start in range(0, 120, 12):
        numbers = range(start, start + 12)
        assert await asyncio.gather(*map(ask, numbers)) == [b"%d" % number for number in numbers]
