"""Vectors of the rehearsal."""

from __future__ import annotations

import math
import struct
from contextlib import aclosing

import pytest

from core.contract.embedding import EmbeddingRequest
from core.contract.errors import UpstreamLimited, UpstreamUnreachable
from core.contract.events import Embedding, Event, Used
from core.contract.route import Target
from core.providers.registry import adapter

pytestmark = pytest.mark.anyio


async def embed(
    *texts: str, model: str = "rehearsal-embedding", dimensions: int | None = None
) -> list[Event]:
    where = Target(1, "rehearsal", "Rehearsal", "rehearsal", "", model)
    request = EmbeddingRequest("m", tuple((text,) for text in texts), dimensions)
    async with aclosing(adapter("rehearsal").embed(where, request)) as events:
        return [event async for event in events]


def numbers(event: Event) -> list[float]:
    assert isinstance(event, Embedding)
    return list(struct.unpack(f"<{len(event.data) // 4}f", event.data))


async def test_vectors_follow_from_the_text_and_have_length_1():
    one, two, again, used = await embed("one", "two", "one")
    assert [event.index for event in (one, two, again)] == [0, 1, 2]
    assert one.data == again.data != two.data
    assert len(numbers(one)) == 64
    assert math.hypot(*numbers(one)) == pytest.approx(1, abs=1e-6)
    assert isinstance(used, Used)
    assert [(amount.name, amount.quantity) for amount in used.usage.amounts] == [("text_in.token", 3)]


async def test_dimensions_are_those_asked_for():
    found, _ = await embed("one", dimensions=7)
    assert len(numbers(found)) == 7


@pytest.mark.parametrize(("scenario", "error"), [("429", UpstreamLimited), ("cut", UpstreamUnreachable)])
async def test_it_fails_on_demand(scenario, error):
    with pytest.raises(error):
        await embed("one", model=f"rehearsal-embedding-{scenario}")
