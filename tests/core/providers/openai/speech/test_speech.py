from __future__ import annotations

import asyncio
import base64
import json
import logging
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import (
    InvalidRequest,
    PolyphonyError,
    Unavailable,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import AudioChunk, AudioStart, Used
from core.contract.route import Secret, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Kind, Price, Unit
from core.providers.base import SpeechAdapter
from core.providers.registry import adapter
from tests.fakes import scenarios
from tests.fakes.audio import VARIABLE, audio_bytes
from tests.fakes.scenarios import deltas, events, frame

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-0123456789abcdef"
PCM = AudioFormat.PCM
DONE = {"type": "speech.audio.done", "usage": {"input_tokens": 3, "output_tokens": 9, "total_tokens": 12}}
BY_TOKEN = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.0000006")),
    Price(Kind.AUDIO_OUT, Unit.TOKEN, Decimal("0.000012")),
)


def target(provider, model: str = "ok", audio: AudioFormat = PCM, **fields) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 0.3, **fields.pop("options", {})}
    return Target(
        1, fields.pop("slug", "fake"), "Fake", "openai", provider.url, model, format=audio, voice="alloy",
        credential=Secret(lambda: CANARY), options=options, **fields,
    )  # fmt: skip


async def speak(where: Target, request: SpeechRequest | None = None) -> list:
    wire = adapter("openai")
    async with aclosing(wire.speak(where, request or SpeechRequest("m", "Hello"))) as found:
        return [event async for event in found]


async def failure(where: Target) -> PolyphonyError:
    with pytest.raises(PolyphonyError) as caught:
        await speak(where)
    assert CANARY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def audio_of(found: list) -> bytes:
    return b"".join(event.data for event in found if type(event) is AudioChunk)


def test_the_adapter_serves_speech():
    assert isinstance(adapter("openai"), SpeechAdapter)


@pytest.mark.parametrize("audio", list(AudioFormat))
async def test_speak_relays_every_format(provider, audio):
    found = await speak(target(provider, audio=audio))
    assert found[0] == AudioStart(audio, 24_000, 1)
    assert audio_of(found) == audio_bytes(audio)
    assert [type(event) for event in found[1:]] == [*[AudioChunk] * (len(found) - 2), Used]


async def test_speak_hands_chunks_on_as_they_come(provider):
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def waits(exchange):
        await exchange.head(content_type="audio/pcm")
        await exchange.chunk(b"\1\2")
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop))
        await exchange.chunk(b"\3\4")
        await exchange.end()

    provider.script("waits", waits)
    async with aclosing(
        adapter("openai").speak(target(provider, "waits"), SpeechRequest("m", "Hi"))
    ) as found:
        assert [await anext(found), await anext(found)] == [AudioStart(PCM, 24_000), AudioChunk(b"\1\2")]
        gate.set()
        assert await anext(found) == AudioChunk(b"\3\4")


async def test_the_body_has_what_was_asked_and_nothing_else(provider):
    await speak(target(provider))
    assert provider.requests[0].json == {
        "model": "ok", "input": "Hello", "response_format": "pcm", "voice": "alloy"
    }  # fmt: skip
    assert provider.requests[0].headers["authorization"] == f"Bearer {CANARY}"


async def test_the_body_carries_speed_instructions_and_options(provider):
    options = {"fake": {"seed": 7, "model": "other", "input": "other"}, "elsewhere": {"x": 1}}
    request = SpeechRequest("m", "Hello", speed=1.5, instructions="Whisper.", options=options)
    await speak(target(provider, options={"body": {"lang": "en", "seed": 1}}), request)
    assert provider.requests[0].json == {
        "model": "ok", "input": "Hello", "response_format": "pcm", "voice": "alloy", "speed": 1.5,
        "instructions": "Whisper.", "seed": 7, "lang": "en",
    }  # fmt: skip


async def test_a_router_is_told_the_options_of_its_own_providers(provider):
    request = SpeechRequest("m", "Hello", options={"openai": {"instructions": "Whisper."}})
    await speak(target(provider, slug="openrouter"), request)
    assert provider.requests[0].json["provider"] == {"options": {"openai": {"instructions": "Whisper."}}}


async def test_a_target_without_key_sends_none(provider):
    where = Target(
        1, "fake", "Fake", "openai", f"{provider.url}/", "ok", format=PCM, headers={"X-Team": "aurora"}
    )
    await speak(where)
    seen = provider.requests[0]
    assert (seen.path, seen.headers.get("authorization"), seen.headers["x-team"]) == (
        "/v1/audio/speech", None, "aurora",
    )  # fmt: skip


async def test_a_locked_key_stops_the_call_before_it_leaves(provider):
    def locked() -> str:
        raise Unavailable("The key of this provider is locked.")

    where = Target(1, "fake", "Fake", "openai", provider.url, "ok", credential=Secret(locked), format=PCM)
    with pytest.raises(Unavailable):
        await speak(where)
    assert provider.requests == []


async def test_text_that_json_cannot_carry_is_refused_before_it_leaves(provider):
    with pytest.raises(InvalidRequest):
        await speak(target(provider), SpeechRequest("m", "lone \ud800 surrogate"))
    assert provider.requests == []


async def test_a_header_of_the_provider_is_hidden_where_it_comes_back(provider):
    provider.script("tells", scenarios.status(400, {"error": {"message": "x-api-key=s3cret-value is true"}}))
    error = await failure(target(provider, "tells", headers={"x-api-key": "s3cret-value", "x-beta": "true"}))
    assert error.message == "x-api-key=[hidden] is true"


async def test_usage_counts_characters_and_exact_seconds(provider):
    found = await speak(target(provider, prices=(Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.000015")),)))
    usage = found[-1].usage
    assert usage.units() == {"text_in.character": Decimal(5), "audio_out.second": Decimal("0.500")}
    assert usage.estimated is False


async def test_usage_of_a_token_price_without_a_count_is_estimated(provider):
    where = target(provider, prices=BY_TOKEN, options={"audio_tokens_per_second": 20})
    usage = (await speak(where))[-1].usage
    assert usage.units() == {
        "text_in.character": Decimal(5),
        "audio_out.second": Decimal("0.500"),
        "text_in.token": Decimal(2),
        "audio_out.token": Decimal(10),
    }
    assert usage.estimated is True


async def test_usage_of_a_second_price_is_measured_by_frames(provider):
    where = target(provider, audio=AudioFormat.MP3, prices=(Price(Kind.AUDIO_OUT, Unit.SECOND, Decimal(1)),))
    usage = (await speak(where))[-1].usage
    assert usage.units() == {"text_in.character": Decimal(5), "audio_out.second": Decimal("0.504")}
    assert usage.estimated is False


@pytest.mark.parametrize(
    ("sent", "seconds", "estimated"), [(VARIABLE, Decimal("4.248"), False), (bytes(8000), Decimal(1), True)]
)
async def test_seconds_without_a_constant_bit_rate(provider, sent, seconds, estimated):
    provider.script("sent", scenarios.body(sent, "audio/mpeg"))
    where = target(
        provider, "sent", AudioFormat.MP3, prices=(Price(Kind.AUDIO_OUT, Unit.SECOND, Decimal(1)),)
    )
    usage = (await speak(where))[-1].usage
    assert (usage.units()["audio_out.second"], usage.estimated) == (seconds, estimated)


@pytest.mark.parametrize("slice_size", [0, 1, 7])
async def test_events_carry_audio_and_usage(provider, slice_size):
    provider.script("sse", scenarios.sse_speech(DONE["usage"], slice_size))
    found = await speak(target(provider, "sse", prices=BY_TOKEN, options={"stream_format": "sse"}))
    assert audio_of(found) == audio_bytes(PCM)
    assert provider.requests[0].json["stream_format"] == "sse"
    usage = found[-1].usage
    assert (usage.units()["text_in.token"], usage.units()["audio_out.token"]) == (Decimal(3), Decimal(9))
    assert usage.estimated is False


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12},
        {**DONE["usage"], "input_token_details": {"text_tokens": 3, "audio_tokens": 0}},
    ],
)
async def test_tokens_may_be_spelled_as_in_chats(provider, usage):
    provider.script("sse", scenarios.sse_speech(usage))
    found = (await speak(target(provider, "sse", prices=BY_TOKEN)))[-1].usage
    assert (found.units()["text_in.token"], found.units()["audio_out.token"]) == (3, 9)
    assert found.estimated is False


async def test_a_routers_events_have_its_cost(provider):
    provider.script("sse", scenarios.sse_speech({**DONE["usage"], "cost": 0.002}))
    found = (await speak(target(provider, "sse", options={"router": True})))[-1].usage
    assert found.reported_cost == Decimal("0.002")


async def test_an_object_may_tell_usage_beside_its_audio(provider):
    body = {"audio_data": base64.b64encode(audio_bytes(PCM)).decode(), "usage": DONE["usage"]}
    provider.script("object", scenarios.body(json.dumps(body).encode()))
    found = (await speak(target(provider, "object", prices=BY_TOKEN)))[-1].usage
    assert (found.units()["audio_out.token"], found.estimated) == (9, False)


@pytest.mark.parametrize(
    "usage",
    [
        None, "many", {}, {"input_tokens": -1, "output_tokens": 9},
        {"input_tokens": 3, "output_tokens": 10**18},
        {"input_tokens": 3.5, "output_tokens": 9}, {"input_tokens": True, "output_tokens": 9},
        {"input_tokens": None, "output_tokens": None}, {"input_tokens": "3", "output_tokens": "9"},
    ],
)  # fmt: skip
async def test_usage_that_is_nonsense_is_replaced_by_an_estimate(provider, usage):
    provider.script("sse", scenarios.sse_speech(usage))
    found = (await speak(target(provider, "sse", prices=BY_TOKEN)))[-1].usage
    assert (found.units()["audio_out.token"], found.estimated) == (Decimal(10), True)


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ([b"data: {garbage\n\n"], "The answer was cut short."),
        ([frame(DONE)], "The provider sent no sound."),
        ([], "The answer was cut short."),
        (deltas(PCM), "The answer was cut short."),
        ([b"data: " + b"x" * (9 << 20) + b"\n\n"], "An event is longer than 8388608 bytes."),
    ],
)  # fmt: skip
async def test_events_that_break_their_promise_are_invalid(provider, frames, text):
    provider.script("sse", events(frames))
    error = await failure(target(provider, "sse"))
    assert (type(error), error.message) == (UpstreamInvalid, text)


async def test_an_error_event_is_raised_as_what_it_says(provider):
    provider.script("sse", events([frame({"error": {"message": f"Busy {CANARY}", "code": 429}})]))
    error = await failure(target(provider, "sse"))
    assert (type(error), error.message) == (
        UpstreamLimited,
        "The provider limits our requests: Busy [hidden]",
    )


async def test_an_error_event_by_name_is_raised(provider):
    provider.script("sse", events([*deltas(PCM), frame({"message": "It broke."}, "error")]))
    error = await failure(target(provider, "sse"))
    assert (type(error), error.message) == (UpstreamFailed, "The provider failed with 500: It broke.")


async def test_events_of_the_other_spelling_are_audio_of(provider):
    piece = base64.b64encode(b"\1\2\3\4").decode()
    provider.script("sse", events([frame({"type": "speech.audio.delta", "audio_data": piece}), frame(DONE)]))
    assert audio_of(await speak(target(provider, "sse"))) == b"\1\2\3\4"


async def test_a_terminator_ends_the_events_without_usage(provider):
    provider.script("sse", events([*deltas(PCM), b"data: [DONE]\n\n"]))
    found = await speak(target(provider, "sse"))
    assert (audio_of(found), type(found[-1])) == (audio_bytes(PCM), Used)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("denied", UpstreamDenied),
        ("no-credit", UpstreamDenied),
        ("limited", UpstreamLimited),
        ("failing", UpstreamFailed),
        ("garbage", UpstreamInvalid),
        ("error-in-200", UpstreamFailed),
        ("hang-up", UpstreamUnreachable),
        ("reset", UpstreamUnreachable),
        ("cut", UpstreamUnreachable),
        ("stuck", UpstreamTimeout),
        ("drip", UpstreamTimeout),
        ("bomb", UpstreamInvalid),
        ("redirect", UpstreamInvalid),
        ("echo", UpstreamRefused),
    ],
)
async def test_a_fault_is_translated_never_retried_and_not_logged(provider, model, kind, caplog):
    caplog.set_level(logging.DEBUG)
    brief = {"timeout": 0.5} if model == "drip" else {}  # a drip lasts until the deadline
    assert type(await failure(target(provider, model, options=brief))) is kind
    assert (len(provider.requests), provider.canary_hits) == (1, 0)
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"error": {"message": "no", "code": 400}}', "application/json"),
        (b'{"error": {"message": "no", "code": 400}}', "audio/mpeg"),
        (b'{"error": {"message": "no", "code": 400}}', "application/octet-stream"),
    ],
)
async def test_an_error_behind_a_200_is_found_whatever_its_label(provider, body, media_type):
    provider.script("sly", scenarios.body(body, media_type))
    error = await failure(target(provider, "sly"))
    assert (type(error), error.message) == (UpstreamRefused, "no")


@pytest.mark.parametrize(
    ("body", "media_type", "audio", "text"),
    [
        (b"", "audio/pcm", PCM, "The provider sent no sound."),
        (b"<!DOCTYPE html><title>Login</title>", "text/html", PCM, "The provider answered with broken JSON."),
        (b"Not here", "text/plain", PCM, "The provider answered with broken JSON."),
        (b"<html><title>Login</title></html>", "audio/mpeg", PCM, "The provider answered with broken JSON."),
        (b'{"ok": true}', "application/json", PCM,
         "The provider answered with something else than was asked for."),
        (audio_bytes(AudioFormat.WAV), "audio/pcm", PCM, "The provider sent wav where pcm was asked for."),
        (b"ID3" + bytes(60), "audio/wav", AudioFormat.WAV, "The provider sent mp3 where wav was asked for."),
        (bytes(60), "audio/wav", AudioFormat.WAV,
         "The provider sent something else where wav was asked for."),
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_the_requested_audio_is_invalid(provider, body, media_type, audio, text):
    provider.script("odd", scenarios.body(body, media_type))
    error = await failure(target(provider, "odd", audio))
    assert (type(error), error.message) == (UpstreamInvalid, text)


async def test_audio_that_begins_like_json_is_still_audio(provider):
    provider.script("curly", scenarios.body(b"{" + bytes(99), "audio/pcm"))
    assert audio_of(await speak(target(provider, "curly"))) == b"{" + bytes(99)


async def test_the_rate_in_the_content_type_is_believed(provider):
    provider.script("slow-rate", scenarios.speech(media_type="audio/pcm; rate=16000"))
    assert (await speak(target(provider, "slow-rate")))[0] == AudioStart(PCM, 16_000, 1)


async def test_leaving_early_closes_the_upstream(provider):
    async with aclosing(adapter("openai").speak(target(provider, "slow"), SpeechRequest("m", "Hi"))) as found:
        await anext(found)
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_what_would_be_billed_is_in_the_provider_s_log(provider):
    await speak(target(provider))
    await failure(target(provider, "denied"))
    assert provider.bills == [{"request": 1, "model": "ok", "characters": 5}]
