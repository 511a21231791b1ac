"""Faulty chat answers, each under the model name that selects it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable
from typing import Any

from tests.fakes.chat import chat, chunk, frames, whole
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import DONE, finish, frame, paced

LONG_LINE = 60 * 1024 * 1024
BLOCK = 64 * 1024
SOME = 4
"""Frames before a fault: the role and three words."""
ERROR = {"error": {"message": "It broke.", "code": 502}}
LIMITED = {"error": {"message": "Slow down.", "code": 429, "metadata": {"provider_name": "Fake"}}}


def after(extra: Iterable[bytes], count: int = SOME, then: str = "end") -> Scenario:
    """Some good frames, then these, then the end that `then` says."""

    async def answer(exchange: Exchange) -> None:
        good = frames(exchange.seen.json)[:count]
        await paced([*good, *extra], then=then)(exchange)

    return answer


def failing_chunk(**more: Any) -> bytes:
    """OpenRouter's: the error beside a choice that finishes with it."""
    return frame({**chunk({"content": ""}, "error"), **more})


def drip(every: float = 0.02) -> Scenario:
    """A comment a byte at a time, for ever."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await exchange.head(content_type="text/event-stream")
        while True:
            await exchange.chunk(b":")
            await asyncio.sleep(every)

    return answer


async def long_line(exchange: Exchange) -> None:
    """One event that does not end for 60 MB."""
    exchange.bill()
    await exchange.head(content_type="text/event-stream")
    for good in frames(exchange.seen.json)[:SOME]:
        await exchange.chunk(good)
    await exchange.chunk(b'data: {"choices":[{"index":0,"delta":{"content":"')
    for _ in range(LONG_LINE // BLOCK):
        await exchange.chunk(b"x" * BLOCK)
    await exchange.chunk(b'"}}]}\n\n')
    await finish(exchange, "end")


def bomb(size: int) -> Scenario:
    """A little gzip of comments that unfolds into `size` bytes, though nobody asked for gzip."""

    async def answer(exchange: Exchange) -> None:
        packed = gzip.compress((b":" + b"x" * 1022 + b"\n") * (size // 1024))
        media_type = "text/event-stream" if exchange.seen.json.get("stream") else "application/json"
        await exchange.reply(200, packed, media_type, content_encoding="gzip")

    return answer


async def padded(exchange: Exchange) -> None:
    """A whole answer behind the white space that keeps a long call alive."""
    exchange.bill()
    await exchange.reply(200, b"\n    " * 40 + json.dumps(whole(exchange.seen.json)).encode())


FAULT_SCENARIOS: dict[str, Scenario] = {
    "slow": chat(delay=0.1),
    "reset": chat(count=SOME, then="reset"),
    "cut": chat(count=SOME, then="drop"),
    "stuck": chat(count=SOME, then="silence"),
    "drip": drip(),
    "bomb": bomb(100 * 1024 * 1024),
    "padded": padded,
    "long-line": long_line,
    "no-usage": chat(usage=None),
    "odd-usage": chat(usage={"prompt_tokens": -5, "completion_tokens": 10**18, "total_tokens": "7"}),
    "truncated": after([]),
    "unterminated": after([frame(chunk({}, "stop"))]),
    "garbage-event": after([b"data: {not json\n\n", DONE]),
    "error-event": after([failing_chunk(**ERROR), DONE]),
    "error-first": after([frame(LIMITED), DONE], count=0),
    "error-choice": after([frame({**chunk({}), "choices": [{"index": 0, "delta": {}, **ERROR}]}), DONE]),
    "error-finish": after([failing_chunk(), DONE]),
}
"""Beside those of `scenarios.NAMED` that fail alike on every path: `denied`, `limited`, `failing`, ..."""
