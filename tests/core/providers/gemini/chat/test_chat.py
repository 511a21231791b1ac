from __future__ import annotations

import asyncio
import base64
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, UpstreamInvalid, UpstreamLimited, UpstreamRefused
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    ImageReady,
    ToolCall,
    Unreadable,
    UsageSoFar,
    Used,
)
from core.contract.route import Sending
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers import registry
from tests.core.providers.gemini.calls import (
    KEY,
    STREAM,
    WHOLE,
    chat_request,
    failure,
    replies,
    send,
    streams,
    target,
)
from tests.fakes import gemini

pytestmark = pytest.mark.anyio

SIGNED = {"type": "reasoning.encrypted", "data": gemini.SIGNATURE, "format": "google-gemini-v1", "index": 0}
ANSWERED = AnswerMetadata(gemini.ID, gemini.MODEL)
STOP = {"native_finish_reason": "STOP"}


def tokens(**quantities: int) -> tuple[Amount, ...]:
    return tuple(Amount(Kind(kind), Unit.TOKEN, Decimal(count)) for kind, count in quantities.items())


USED = Used(Usage(tokens(text_in=12, text_out=10, reasoning_out=2)))


async def test_a_streamed_answer_comes_piece_by_piece(provider):
    provider.script(STREAM, streams(*gemini.text_chunks()))
    assert await send(target(provider), chat_request()) == [
        ANSWERED,
        ChatDelta(reasoning=gemini.THOUGHTS),
        UsageSoFar(),
        ChatDelta("The quick brown fox"),
        UsageSoFar(),
        ChatDelta(
            " jumps over the lazy dog.",
            finish="stop",
            extra={**STOP, "delta": {"reasoning_details": [SIGNED]}},
        ),
        USED,
    ]
    (seen,) = provider.requests
    assert (seen.method, seen.path) == ("POST", f"/v1beta/models/{STREAM}")
    assert seen.headers["x-goog-api-key"] == KEY
    assert "authorization" not in seen.headers
    assert seen.json == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


async def test_a_whole_answer_is_one_piece(provider):
    provider.script(WHOLE, replies(gemini.whole_text()))
    assert await send(target(provider), chat_request(streamed=False)) == [
        ANSWERED,
        ChatDelta(gemini.TEXT, gemini.THOUGHTS, finish="stop", extra=STOP),
        USED,
    ]
    assert provider.requests[0].path == f"/v1beta/models/{WHOLE}"


async def test_an_answer_as_a_list_is_read_too(provider):
    provider.script(STREAM, replies(gemini.text_chunks()))
    found = await send(target(provider), chat_request())
    assert "".join(event.text for event in found if type(event) is ChatDelta) == gemini.TEXT
    assert found[-1] == USED


async def test_pieces_are_handed_on_as_they_come(provider):
    gate, loop = asyncio.Event(), asyncio.get_running_loop()
    first, *rest = gemini.frames(gemini.text_chunks())

    async def waits(exchange):
        await exchange.head(content_type="text/event-stream")
        await exchange.chunk(first)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop))
        await exchange.chunk(b"".join(rest))
        await exchange.end()

    provider.script(STREAM, waits)
    where = target(provider, options={"idle_timeout": 5.0})
    async with aclosing(registry.adapter("google").chat(where, chat_request())) as found:
        assert [await anext(found), await anext(found)] == [ANSWERED, ChatDelta(reasoning=gemini.THOUGHTS)]
        gate.set()
        assert [await anext(found), await anext(found)] == [UsageSoFar(), ChatDelta("The quick brown fox")]


async def test_calls_come_whole_with_their_signatures(provider):
    chunk = gemini.chunk(
        gemini.call("weather", {"city": "Zürich"}, id="fc-1"),
        {"functionCall": {"name": "time", "args": {}}},
        finish="STOP",
        usage=gemini.USAGE,
    )
    provider.script(STREAM, streams(chunk))
    _, delta, _ = await send(target(provider), chat_request())
    assert delta.calls[0] == ToolCall(0, "fc-1", "weather", '{"city":"Zürich"}')
    assert (delta.calls[1].index, delta.calls[1].name, delta.calls[1].arguments) == (1, "time", "{}")
    assert delta.calls[1].id.startswith("call_")
    assert delta.finish == "tool_calls"
    assert delta.extra == {**STOP, "delta": {"reasoning_details": [{**SIGNED, "id": "fc-1"}]}}


async def test_pictures_of_an_answer_come_as_they_are(provider):
    chunk = gemini.chunk(
        {"text": "Here:"}, gemini.inline(gemini.IMAGE, "image/jpeg"), finish="STOP",
        usage=gemini.counts(5, 1295, candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 1290}]),
    )  # fmt: skip
    provider.script(STREAM, streams(chunk))
    request = chat_request(
        modalities=(Modality.IMAGE, Modality.TEXT), parameters={"image_config": {"aspect_ratio": "16:9"}}
    )
    assert await send(target(provider), request) == [
        ANSWERED,
        ChatDelta("Here:", finish="stop", extra=STOP),
        ImageReady(0, "image/png", gemini.IMAGE),
        Used(Usage(tokens(text_in=5, text_out=5, image_out=1290))),
    ]
    assert provider.requests[0].json["generationConfig"] == {
        "responseModalities": ["TEXT", "IMAGE"],
        "imageConfig": {"aspectRatio": "16:9"},
    }


async def test_sound_of_an_answer_is_pcm(provider):
    chunk = gemini.chunk(gemini.inline(b"\0\1" * 8, gemini.L16), finish="STOP", usage=gemini.USAGE)
    provider.script(STREAM, streams(chunk))
    found = await send(target(provider), chat_request(modalities=(Modality.AUDIO,)))
    assert found[2:4] == [AudioStart("pcm", 24_000, 1), AudioChunk(b"\0\1" * 8)]


async def test_log_probabilities_have_openais_shape(provider):
    result = {
        "chosenCandidates": [{"token": "é", "tokenId": 7, "logProbability": -0.25}],
        "topCandidates": [{"candidates": [{"token": "é", "logProbability": -0.25}]}],
    }
    chunk = gemini.chunk({"text": "é"}, finish="STOP", usage=gemini.USAGE, logprobsResult=result)
    provider.script(STREAM, streams(chunk))
    request = chat_request(parameters={"logprobs": True, "top_logprobs": 1})
    _, delta, _ = await send(target(provider), request)
    token = {"token": "é", "logprob": -0.25, "bytes": [0xC3, 0xA9]}
    assert delta.extra == {"logprobs": {"content": [{**token, "top_logprobs": [token]}]}, **STOP}
    assert provider.requests[0].json["generationConfig"] == {"responseLogprobs": True, "logprobs": 1}


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("SOMETHING_NEW", "stop"),
    ],
)
async def test_why_an_answer_ended_is_told_in_both_words(provider, word, reason):
    provider.script(STREAM, streams(gemini.chunk({"text": "A"}, finish=word, usage=gemini.USAGE)))
    _, delta, _ = await send(target(provider), chat_request())
    assert delta == ChatDelta("A", finish=reason, extra={"native_finish_reason": word})


async def test_a_blocked_prompt_is_a_refusal_that_names_why(provider):
    blocked = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
    }
    provider.script(STREAM, streams(blocked))
    error = await failure(target(provider), chat_request())
    assert (type(error), error.status) == (UpstreamRefused, 400)
    assert error.envelope() == {
        "code": 400,
        "message": "Google's filters refused the prompt: PROHIBITED_CONTENT.",
        "type": "invalid_request_error",
        "param": None,
        "metadata": {
            "error_type": "content_policy_violation",
            "provider_code": "upstream_refused",
            "upstream_code": "PROHIBITED_CONTENT",
        },
    }
    assert error.usage == Usage(tokens(text_in=9, text_out=0))


async def test_an_answer_without_a_reason_is_cut_short(provider):
    provider.script(STREAM, streams(gemini.text_chunks()[1]))
    error = await failure(target(provider), chat_request())
    assert (type(error), error.provider_code) == (UpstreamInvalid, "upstream_truncated")
    assert error.usage == Usage(tokens(text_in=12, text_out=6, reasoning_out=2), estimated=True)


async def test_an_error_among_events_is_raised(provider):
    late = gemini.error(429, "Slow down.", "RESOURCE_EXHAUSTED")
    provider.script(STREAM, streams(gemini.text_chunks()[1], late))
    error = await failure(target(provider), chat_request())
    assert (type(error), error.message) == (
        UpstreamLimited,
        "The provider limits our requests: Slow down.",
    )


async def test_what_cannot_be_read_is_counted(provider):
    odd = gemini.chunk(gemini.inline(b"", "image/png"), {"text": "A"}, finish="STOP", usage=gemini.USAGE)
    provider.script(STREAM, streams({"what": 1}, odd))
    found = await send(target(provider), chat_request())
    assert sum(event.count for event in found if type(event) is Unreadable) == 2
    assert [event for event in found if type(event) is not Unreadable] == [
        ANSWERED,
        ChatDelta("A", finish="stop", extra=STOP),
        USED,
    ]


async def test_a_stopped_answer_is_read_on_where_it_is_billed_on(provider):
    gate, loop = asyncio.Event(), asyncio.get_running_loop()
    first, second, last = gemini.frames(gemini.text_chunks())

    async def waits(exchange):
        await exchange.head(content_type="text/event-stream")
        await exchange.chunk(first + second)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop))
        await exchange.chunk(last)
        await exchange.end()

    provider.script(STREAM, waits)
    sending = Sending()
    where = target(provider, options={"drain_seconds": 5, "idle_timeout": 5.0}, sending=sending)
    async with aclosing(registry.adapter("google").chat(where, chat_request())) as found:
        await anext(found)
        await anext(found)
    assert sending.told == Usage(tokens(text_in=12, text_out=0), estimated=False)
    assert sending.remainder is not None
    gate.set()
    assert [event async for event in sending.remainder.events()][-1] == USED


async def test_files_are_inline(provider, tmp_path):
    provider.script(WHOLE, replies(gemini.whole_text()))
    path = tmp_path / "sound"
    path.write_bytes(b"abcd")
    media = Media(Modality.AUDIO, str(path), "audio/mpeg", 4, "sound.mp3", "mp3")
    parts = [
        {"type": "text", "text": "Listen"},
        {"type": "input_audio", "input_audio": {"data": media, "format": "mp3"}},
    ]
    request = chat_request(messages=({"role": "user", "content": parts},), streamed=False)
    await send(target(provider), request)
    assert provider.requests[0].json["contents"] == [
        {
            "role": "user",
            "parts": [
                {"text": "Listen"},
                {"inlineData": {"mimeType": "audio/mp3", "data": base64.b64encode(b"abcd").decode()}},
            ],
        }
    ]


@pytest.mark.parametrize("model", ["../../v1/files", "a/../b", "x?key=1", ""])
async def test_a_model_cannot_lead_elsewhere(provider, model):
    error = await failure(target(provider, model), chat_request())
    assert (type(error), error.param) == (InvalidRequest, "model")
    assert provider.requests == []
