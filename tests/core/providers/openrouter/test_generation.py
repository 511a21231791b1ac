from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.errors import UpstreamError
from core.contract.events import ChatDelta, Used
from core.contract.route import Secret, Sending
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.openrouter.generation import GenerationCost, usage_in
from core.providers.registry import adapter
from tests.core.providers.openrouter.calls import HELLO, send, target
from tests.fakes.openrouter import GENERATION, ID

pytestmark = pytest.mark.anyio

QUICK = (0.01,) * 3
COUNTED = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(5)),))
STREAMED = ChatRequest("m", messages=HELLO, streamed=True)


async def told(cost: GenerationCost) -> list[Usage]:
    async with aclosing(cost.events()) as events:
        return [event.usage async for event in events if isinstance(event, Used)]


async def test_the_figures_are_asked_for_until_they_are_there(serve):
    router = serve(known_at=3)
    (usage,) = await told(GenerationCost(target(router), ID, None, QUICK))
    assert usage.reported_cost == Decimal("0.00175")
    assert (usage.units(), usage.estimated) == (
        {"text_in.token": 12, "cached_in.token": 4, "text_out.token": 7, "reasoning_out.token": 2}, False,
    )  # fmt: skip
    assert [seen.path for seen in router.requests] == [f"/api/v1/generation?id={ID}"] * 3


async def test_the_questions_are_bounded(serve):
    router = serve(known_at=99)
    cost = GenerationCost(target(router), ID, COUNTED, QUICK)
    assert (await told(cost), cost.told()) == ([], COUNTED)
    assert len(router.requests) == len(QUICK)


async def test_a_key_that_is_not_accepted_is_not_tried_again(serve):
    router = serve()
    where = target(router, credential=Secret(lambda: "sk-or-v1-0123456789"))
    assert await told(GenerationCost(where, ID, None, QUICK)) == []
    assert len(router.requests) == 1


async def test_complete_counts_stay_and_partial_ones_do_not(router):
    where = target(router)
    assert usage_in(GENERATION, COUNTED, where).amounts == COUNTED.amounts
    partial = Usage(COUNTED.amounts, estimated=True)
    assert usage_in(GENERATION, partial, where).units()["text_out.token"] == 7
    for odd in (None, 7, {}, {"total_cost": "much"}, {"total_cost": -1}):
        assert usage_in(odd, COUNTED, where) is None


async def test_what_a_key_of_ours_is_charged_is_added(router):
    figures = {**GENERATION, "total_cost": 0.0001, "is_byok": True, "upstream_inference_cost": 0.002}
    assert usage_in(figures, None, target(router)).reported_cost == Decimal("0.0021")


async def test_a_cost_that_the_answer_told_is_not_asked_for(router):
    for streamed in (False, True):
        where = target(router)
        events = await send(where, ChatRequest("m", messages=HELLO, streamed=streamed))
        assert events[-1].usage.reported_cost == Decimal("0.0025")
        assert where.sending.remainder is None


async def test_a_cut_stream_is_asked_for(serve):
    router = serve(cut=6, known_at=1)
    where = target(router)
    with pytest.raises(UpstreamError):
        await send(where, STREAMED)
    assert where.sending.remainder.told() is None
    assert (await told(where.sending.remainder))[0].reported_cost == Decimal("0.00175")


async def test_a_stopped_stream_is_asked_for(serve):
    where = target(serve(delay=0.05, known_at=1))
    async with aclosing(adapter("openrouter").chat(where, STREAMED)) as events:
        async for event in events:
            if isinstance(event, ChatDelta) and event.text:
                break
    assert (await told(where.sending.remainder))[0].reported_cost == Decimal("0.00175")


async def test_speech_is_asked_for_because_bytes_tell_no_cost(serve):
    where = target(serve(known_at=1), format=AudioFormat.PCM)
    events = await send(where, SpeechRequest("m", "Hello", format=AudioFormat.PCM))
    assert events[-1].usage.reported_cost is None
    (usage,) = await told(where.sending.remainder)
    assert usage.reported_cost == Decimal("0.00032")
    assert usage.units() == events[-1].usage.units()


@pytest.mark.parametrize("id", ["", "req_123", "chatcmpl-1", "gen-a/../b", "gen-x?y=1"])
async def test_ids_of_others_are_not_asked_for(router, id):
    where = target(router)
    adapter("openrouter").cost_follows(where, id, None)
    assert where.sending.remainder is None
    adapter("openrouter").cost_follows(target(router, sending=None), ID, None)


async def test_a_rest_that_is_read_is_not_asked_for_too(router):
    where = target(router, sending=Sending())
    where.sending.remainder = kept = GenerationCost(where, ID, None)
    adapter("openrouter").cost_follows(where, ID, None)
    assert where.sending.remainder is kept
