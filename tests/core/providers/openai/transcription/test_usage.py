from __future__ import annotations

from decimal import Decimal

import orjson
import pytest

from core.contract.transcription import TranscriptionRequest
from tests.core.providers.openai.transcription.calls import send, target
from tests.fakes import scenarios
from tests.fakes.scenarios import frame
from tests.fakes.transcription import DURATION, TOKENS, transcript

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("usage", "units", "estimated"),
    [
        (DURATION, {"audio_in.second": 6}, False),
        (
            TOKENS,
            {"audio_in.second": 6, "text_in.token": 0, "audio_in.token": 60, "text_out.token": 20},
            False,
        ),
        (
            {"input_tokens": 37, "output_tokens": 12, "seconds": 4},
            {"audio_in.second": 4, "text_in.token": 0, "audio_in.token": 37, "text_out.token": 12},
            False,
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 201, "total_tokens": 585, "prompt_audio_seconds": 30,
             "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375}},
            {"audio_in.second": 30, "text_in.token": 9, "audio_in.token": 375, "text_out.token": 201},
            False,
        ),
        (
            {"input_tokens": 40, "output_tokens": 12, "input_tokens_details": {"audio_tokens": 37}},
            {"audio_in.second": 6, "text_in.token": 3, "audio_in.token": 37, "text_out.token": 12},
            False,
        ),
        (None, {"audio_in.second": 6}, False),
        ({"type": "duration", "seconds": float("1e30")}, {"audio_in.second": 6}, False),
        ({"input_tokens": -1, "output_tokens": 10**18}, {"audio_in.second": 6}, True),
        ({"input_tokens": "7", "output_tokens": 1.5}, {"audio_in.second": 6}, True),
    ],
)  # fmt: skip
async def test_usage_is_the_providers_where_it_can_be(provider, file, usage, units, estimated):
    provider.script("counts", transcript(usage))
    used = (await send(target(provider, "counts"), TranscriptionRequest("m", file)))[-1].usage
    assert (used.units(), used.estimated, used.reported_cost) == (units, estimated, None)


@pytest.mark.parametrize("place", [{"x_groq": {"usage": TOKENS}}, {"choices": [{"usage": TOKENS}]}])
async def test_usage_may_stand_elsewhere_in_the_answer(provider, file, place):
    provider.script("elsewhere", scenarios.body(orjson.dumps({"text": "Hi", **place})))
    usage = (await send(target(provider, "elsewhere"), TranscriptionRequest("m", file)))[-1].usage
    assert (usage.units()["audio_in.token"], usage.units()["text_out.token"]) == (60, 20)


async def test_usage_may_come_with_any_event(provider, file):
    delta = {"type": "transcript.text.delta", "delta": "Hi"}
    done = {"type": "transcript.text.done", "text": "Hi"}
    told = [{**delta, "usage": {**TOKENS, "output_tokens": 1}}, {"type": "usage", "usage": TOKENS}, done]
    provider.script("early", scenarios.events([frame(value) for value in told]))
    where = target(provider, "early", options={"stream": True, "response_formats": ["json"]})
    usage = (await send(where, TranscriptionRequest("m", file, streamed=True)))[-1].usage
    assert (usage.units()["audio_in.token"], usage.units()["text_out.token"]) == (60, 20)


async def test_a_routers_cost_is_believed_and_nobody_elses(provider, file):
    provider.script("counts", transcript({**TOKENS, "cost": 0.00010625}))
    request = TranscriptionRequest("m", file)
    usage = (await send(target(provider, "counts", slug="openrouter"), request))[-1].usage
    assert usage.reported_cost == Decimal("0.00010625")
    assert (await send(target(provider, "counts"), request))[-1].usage.reported_cost is None


@pytest.mark.parametrize(("usage", "seconds"), [(None, 10), (DURATION, 10), ({"seconds": 12}, 12)])
async def test_an_endpoint_may_bill_a_least_number_of_seconds(provider, file, usage, seconds):
    provider.script("short", transcript(usage))
    where = target(provider, "short", options={"least_seconds": 10})
    used = (await send(where, TranscriptionRequest("m", file)))[-1].usage
    assert used.units()["audio_in.second"] == seconds
