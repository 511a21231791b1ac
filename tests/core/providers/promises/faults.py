"""Everything that can go wrong with an answer, in terms of the good one; the same for every vendor."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from core.contract.errors import (
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from tests.core.providers.promises.vendor import Answer
from tests.fakes.provider import Exchange
from tests.fakes.server_sent_events import finish

QUICK = {"timeout": 0.5, "idle_timeout": 0.3}
PATIENT = {"timeout": 20.0, "idle_timeout": 20.0}
LATE = (UpstreamTimeout,)
BOMB = 100 * 1024 * 1024
PACKED = gzip.compress(bytes(BOMB), 1)
Broken = Callable[[Exchange, Answer], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """`after`: some of the answer comes first. `clean`: it ends as a whole one does.

    `junk`: it has bytes that plain audio might have as well.
    """

    name: str
    answer: Broken
    kinds: tuple[type[Exception], ...]
    after: bool = False
    clean: bool = False
    junk: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def waits(self) -> Mapping[str, float]:
        """Options of a target: short waits only where waiting is the fault, because machines are busy."""
        return QUICK if self.kinds == LATE else PATIENT


async def good(exchange: Exchange, answer: Answer) -> None:
    """The whole answer, chunk by chunk."""
    await begin(exchange, answer)
    for piece in answer.pieces:
        await exchange.chunk(piece)
    await exchange.end()


async def begin(exchange: Exchange, answer: Answer) -> None:
    exchange.bill()
    await exchange.head(content_type=answer.media_type, **answer.headers)


async def half(exchange: Exchange, answer: Answer) -> None:
    """The first half of the bytes, cut anywhere."""
    await begin(exchange, answer)
    body = b"".join(answer.pieces)
    await exchange.chunk(body[: len(body) // 2])


def cut(then: str) -> Broken:
    async def broken(exchange: Exchange, answer: Answer) -> None:
        await half(exchange, answer)
        await finish(exchange, then)

    return broken


async def drip(exchange: Exchange, answer: Answer) -> None:
    """A blank at a time for ever."""
    await half(exchange, answer)
    while True:
        await exchange.chunk(b" ")
        await asyncio.sleep(0.02)


async def silent(exchange: Exchange, answer: Answer) -> None:
    await exchange.silence()


async def silent_head(exchange: Exchange, answer: Answer) -> None:
    """The headers of an answer that never comes."""
    await begin(exchange, answer)
    await exchange.silence()


async def hang_up(exchange: Exchange, answer: Answer) -> None:
    exchange.drop()


async def reset(exchange: Exchange, answer: Answer) -> None:
    exchange.reset()


async def gibberish(exchange: Exchange, answer: Answer) -> None:
    await exchange.raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


async def redirect(exchange: Exchange, answer: Answer) -> None:
    await exchange.reply(302, b"", location=exchange.provider.canary_url)


async def empty(exchange: Exchange, answer: Answer) -> None:
    exchange.bill()
    await exchange.reply(200, b"", answer.media_type)


async def page(exchange: Exchange, answer: Answer) -> None:
    """A page for people, as gateways show it."""
    exchange.bill()
    await exchange.reply(200, b"<html><body>Sign in</body></html>", "text/html")


async def broken_json(exchange: Exchange, answer: Answer) -> None:
    exchange.bill()
    await exchange.reply(200, b'{"text": ', "application/json")


async def odd_json(exchange: Exchange, answer: Answer) -> None:
    exchange.bill()
    await exchange.reply(200, b'{"surprise": [1, 2, 3]}', "application/json")


async def bomb(exchange: Exchange, answer: Answer) -> None:
    """A little gzip that unfolds into 100 MB, though nobody asked for gzip."""
    exchange.bill()
    with suppress(ConnectionError):
        await exchange.reply(200, PACKED, answer.media_type, content_encoding="gzip")


async def unknown_encoding(exchange: Exchange, answer: Answer) -> None:
    exchange.bill()
    await exchange.reply(200, b"".join(answer.pieces), answer.media_type, content_encoding="br")


LOST, INVALID = (UpstreamUnreachable,), (UpstreamInvalid,)
FAULTS = (
    Fault("silent", silent, LATE),
    Fault("silent-head", silent_head, LATE),
    Fault("hang-up", hang_up, LOST),
    Fault("reset", reset, LOST),
    Fault("gibberish", gibberish, LOST + INVALID),
    Fault("redirect", redirect, INVALID),
    Fault("empty", empty, INVALID),
    Fault("page", page, INVALID),
    Fault("broken-json", broken_json, INVALID),
    Fault("odd-json", odd_json, (UpstreamInvalid, UpstreamFailed)),
    Fault("bomb", bomb, INVALID, junk=True),
    Fault("unknown-encoding", unknown_encoding, INVALID),
    Fault("half-reset", cut("reset"), LOST, after=True),
    Fault("half-drop", cut("drop"), LOST, after=True),
    Fault("half-silence", cut("silence"), LATE, after=True),
    Fault("half-drip", drip, LATE, after=True, junk=True),
    Fault("half-end", cut("end"), INVALID, after=True, clean=True),
)
