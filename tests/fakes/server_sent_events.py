"""Server-sent events as a provider writes them, and the ways in which an answer may end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

from tests.fakes.provider import Exchange, Scenario

DONE = b"data: [DONE]\n\n"


def frame(value: object, name: str = "") -> bytes:
    line = f"event: {name}\n" if name else ""
    return f"{line}data: {json.dumps(value)}\n\n".encode()


def events(frames: Iterable[bytes], then: str = "end", slice_size: int = 0) -> Scenario:
    """The frames joined, and cut into chunks of `slice_size` bytes where that is given."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await exchange.head(content_type="text/event-stream; charset=utf-8")
        body = b"".join(frames)
        for at in range(0, len(body), slice_size or len(body) or 1):
            await exchange.chunk(body[at : at + (slice_size or len(body))])
        await finish(exchange, then)

    return answer


EVENTS = "text/event-stream; charset=utf-8"


def paced(
    frames: Iterable[bytes], delay: float = 0.0, then: str = "end", media_type: str = EVENTS
) -> Scenario:
    """Each frame in a chunk of its own, `delay` seconds after the one before it."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await exchange.head(content_type=media_type)
        for piece in frames:
            await exchange.chunk(piece)
            await asyncio.sleep(delay)
        await finish(exchange, then)

    return answer


async def finish(exchange: Exchange, then: str) -> None:
    """End the body in the way `then` names: end, reset, drop, silence."""
    if then == "silence":
        await exchange.silence()
    elif then == "end":
        await exchange.end()
    else:
        await asyncio.sleep(0.02)  # let what was written arrive before the cut
        getattr(exchange, then)()
