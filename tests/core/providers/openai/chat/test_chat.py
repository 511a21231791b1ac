from __future__ import annotations

import asyncio
import base64
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, ChatDelta, ImageReady, ToolCall, Used
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.base import ChatAdapter
from core.providers.openai.chat.chat import limits
from core.providers.registry import adapter
from tests.core.providers.openai.chat.calls import (
    HELLO,
    audio_of,
    chat,
    chat_failure,
    chat_request,
    deltas,
    target,
    text,
)
from tests.fakes import chat as fake
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

PCM = AudioFormat.PCM
ANSWERED = AnswerMetadata(fake.ID, fake.MODEL, {"system_fingerprint": "fp_fake", "service_tier": "default"})
SPOKEN = (Modality.TEXT, Modality.AUDIO)
TOOLS = {"tools": [{"type": "function", "function": {"name": "weather"}}]}


def tokens(**quantities: int) -> tuple[Amount, ...]:
    return tuple(Amount(Kind(kind), Unit.TOKEN, quantity) for kind, quantity in quantities.items())


USED = Used(Usage(tokens(text_in=12, cached_in=4, text_out=10, reasoning_out=2), service_tier="default"))


def test_the_adapter_serves_speech():
    assert isinstance(adapter("openai"), ChatAdapter)


async def test_a_streamed_answer_comes_piece_by_piece(provider):
    words = [ChatDelta(piece) for piece in fake.pieces(fake.TEXT)]
    assert await chat(target(provider)) == [ANSWERED, *words, ChatDelta(finish="stop"), USED]


async def test_a_whole_answer_is_one_piece(provider):
    found = await chat(target(provider), chat_request(streamed=False))
    assert found == [ANSWERED, ChatDelta(fake.TEXT, finish="stop"), USED]


async def test_pieces_are_handed_on_as_they_come(provider):
    gate, loop = asyncio.Event(), asyncio.get_running_loop()

    async def waits(exchange):
        first, second, *rest = fake.frames(exchange.seen.json)
        await exchange.head(content_type="text/event-stream")
        await exchange.chunk(first + second)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop))
        await exchange.chunk(b"".join(rest))
        await exchange.end()

    provider.script("waits", waits)
    where = target(provider, "waits", options={"idle_timeout": 5.0})
    async with aclosing(adapter("openai").chat(where, chat_request())) as found:
        assert [await anext(found), await anext(found)] == [ANSWERED, ChatDelta("The")]
        gate.set()
        assert await anext(found) == ChatDelta(" quick")


async def test_the_body_has_what_was_asked_and_nothing_else(provider):
    await chat(target(provider))
    assert provider.requests[0].path == "/v1/chat/completions"
    assert provider.requests[0].json == {
        "model": "ok", "messages": list(HELLO), "stream": True, "stream_options": {"include_usage": True}
    }  # fmt: skip
    await chat(target(provider), chat_request(streamed=False))
    assert provider.requests[1].json == {"model": "ok", "messages": list(HELLO)}


async def test_parameters_win_over_options_and_ours_over_both(provider):
    options = {"fake": {"seed": 2, "top_k": 5, "model": "other", "provider": {}}, "elsewhere": {"x": 1}}
    request = chat_request(streamed=False, parameters={"seed": 3, "logit_bias": {"7": -1}}, options=options)
    body = {"seed": 1, "messages": [], "stream": True, "top_p": 0.5, "provider": {"data_collection": "deny"}}
    assert adapter("openai").chat_body(target(provider, options={"body": body}), request) == {
        "model": "ok", "messages": list(HELLO), "seed": 3, "logit_bias": {"7": -1}, "top_k": 5, "top_p": 0.5,
        "provider": {"data_collection": "deny"},
    }  # fmt: skip


def test_a_router_is_told_where_the_request_may_go(provider):
    request = chat_request(preferences={"only": ["azure"], "zdr": True, "data_collection": "allow"})
    router = target(provider, options={"router": True, "body": {"provider": {"data_collection": "deny"}}})
    assert adapter("openai").chat_body(router, request)["provider"] == {
        "only": ["azure"], "zdr": True, "data_collection": "deny",
    }  # fmt: skip
    assert "provider" not in adapter("openai").chat_body(target(provider), request)


def test_an_endpoint_may_not_know_stream_options(provider):
    body = adapter("openai").chat_body(target(provider, options={"stream_usage": False}), chat_request())
    assert body == {"model": "ok", "messages": list(HELLO), "stream": True}


@pytest.mark.parametrize(
    ("base_url", "options", "padded"),
    [
        ("https://api.openai.com/v1", {}, False),
        ("https://eu.api.openai.com/v1/", {}, False),
        ("https://API.OPENAI.COM:443/v1", {}, False),
        ("https://api.openai.com/v1", {"stream_obfuscation": True}, True),
        ("https://openrouter.ai/api/v1", {}, True),
        ("https://notapi.openai.com/v1", {}, True),
        ("https://api.openai.com.example/v1", {}, True),
        ("http://127.0.0.1:8000/api.openai.com", {}, True),
        ("https://padding.example/v1", {"stream_obfuscation": False}, False),
    ],
)
def test_padding_is_declined_where_the_server_is_openai(provider, base_url, options, padded):
    openai = replace(target(provider, options=options), base_url=base_url)
    expected = {"include_usage": True} | ({} if padded else {"include_obfuscation": False})
    assert adapter("openai").chat_body(openai, chat_request())["stream_options"] == expected
    assert "stream_options" not in adapter("openai").chat_body(openai, chat_request(streamed=False))


def test_a_router_is_asked_for_its_bill(provider):
    body = adapter("openai").chat_body(target(provider, slug="openrouter"), chat_request(streamed=False))
    assert body == {"model": "ok", "messages": list(HELLO), "usage": {"include": True}}


@pytest.mark.parametrize(
    ("modalities", "expected"),
    [
        ((Modality.TEXT,), None),
        (SPOKEN, ["text", "audio"]),
        ((Modality.AUDIO,), ["text", "audio"]),
        ((Modality.TEXT, Modality.IMAGE), ["image", "text"]),
        ((Modality.IMAGE,), ["image"]),
    ],
)
def test_modalities_are_named_when_there_is_more_than_text(provider, modalities, expected):
    body = adapter("openai").chat_body(target(provider), chat_request(modalities=modalities))
    assert body.get("modalities") == expected
    assert ("audio" in body) is (Modality.AUDIO in modalities)


@pytest.mark.parametrize("audio", list(AudioFormat))
async def test_audio_output_comes_in_every_format(provider, audio):
    where = target(provider, format=audio, voice="cedar")
    found = await chat(where, chat_request(streamed=False, modalities=SPOKEN))
    named = "pcm16" if audio is PCM else audio.value
    assert provider.requests[0].json["audio"] == {"format": named, "voice": "cedar"}
    told = {"delta": {"audio": {"id": "audio_1", "expires_at": fake.EXPIRES}}}
    assert found == [
        ANSWERED,
        ChatDelta(transcript=fake.TEXT, finish="stop", extra=told),
        AudioStart(audio, 24_000, 1),
        AudioChunk(audio_bytes(audio, fake.SECONDS)),
        USED,
    ]


async def test_audio_and_text_of_a_stream_come_together(provider):
    found = await chat(target(provider, format=PCM), chat_request(modalities=SPOKEN))
    kinds = [type(event) for event in found[:6]]
    assert kinds == [AnswerMetadata, ChatDelta, ChatDelta, AudioStart, AudioChunk, ChatDelta]
    assert found[1] == ChatDelta(extra={"delta": {"audio": {"id": "audio_1"}}})
    assert "".join(delta.transcript for delta in deltas(found)) == fake.TEXT
    assert audio_of(found) == audio_bytes(PCM, fake.SECONDS)


async def test_a_router_that_speaks_in_streams_only_is_asked_for_one(provider):
    where = target(provider, slug="openrouter", format=AudioFormat.WAV)
    found = await chat(where, chat_request(streamed=False, modalities=SPOKEN))
    sent = provider.requests[0].json
    assert (sent["stream"], sent["audio"]) == (True, {"format": "pcm16"})
    pcm = audio_bytes(PCM, fake.SECONDS)
    start = AudioStart(AudioFormat.WAV, 24_000, converted_from=AudioFormat.PCM)
    assert [event for event in found if type(event) is AudioStart] == [start]
    assert audio_of(found) == wav_header(PcmShape(), len(pcm)) + pcm


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_picture_comes_as_bytes(provider, streamed):
    request = chat_request(streamed=streamed, modalities=(Modality.IMAGE, Modality.TEXT))
    found = await chat(target(provider), request)
    assert text(found) == fake.TEXT
    assert [event for event in found if type(event) is ImageReady] == [ImageReady(0, "image/png", fake.IMAGE)]


async def test_a_tool_is_called_in_fragments(provider):
    found = deltas(await chat(target(provider), chat_request(parameters=TOOLS)))
    assert found[0] == ChatDelta(calls=(ToolCall(0, "call_1", "weather"),))
    assert "".join(delta.calls[0].arguments for delta in found[:-1]) == fake.ARGUMENTS
    assert found[-1] == ChatDelta(finish="tool_calls")


async def test_several_choices_are_told_apart(provider):
    request = chat_request(streamed=False, parameters={"n": 2, **TOOLS, "reasoning_effort": "low"})
    calls = (ToolCall(0, "call_1", "weather", fake.ARGUMENTS),)
    assert deltas(await chat(target(provider), request)) == [
        ChatDelta(reasoning=fake.THOUGHTS, calls=calls, finish="tool_calls", choice=number)
        for number in (0, 1)
    ]


async def test_thoughts_come_apart_from_words(provider):
    found = await chat(target(provider), chat_request(parameters={"reasoning_effort": "low"}))
    assert "".join(delta.reasoning for delta in deltas(found)) == fake.THOUGHTS
    assert text(found) == fake.TEXT


async def test_files_go_up_from_disk(provider, tmp_path):
    contents = {"a.png": bytes(range(256)) * 3, "b.wav": b"RIFF" + bytes(400_000), "c.pdf": b"%PDF-1.7 x"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    def media(modality: Modality, name: str, media_type: str) -> Media:
        return Media(modality, str(tmp_path / name), media_type, len(contents[name]), name)

    parts = [
        {"type": "image_url", "image_url": {"url": media(Modality.IMAGE, "a.png", "image/png")}},
        {"type": "input_audio",
         "input_audio": {"data": media(Modality.AUDIO, "b.wav", "audio/wav"), "format": "wav"}},
        {"type": "file",
         "file": {"filename": "c.pdf", "file_data": media(Modality.FILE, "c.pdf", "application/pdf")}},
    ]  # fmt: skip
    request = chat_request(messages=({"role": "user", "content": parts},))
    assert text(await chat(target(provider), request)) == fake.TEXT
    encoded = {name: base64.b64encode(content).decode() for name, content in contents.items()}
    seen = provider.requests[0]
    assert int(seen.headers["content-length"]) == len(seen.body)
    assert seen.json["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded['a.png']}"}},
        {"type": "input_audio", "input_audio": {"data": encoded["b.wav"], "format": "wav"}},
        {"type": "file",
         "file": {"filename": "c.pdf", "file_data": f"data:application/pdf;base64,{encoded['c.pdf']}"}},
    ]  # fmt: skip


async def test_a_file_that_has_gone_is_said_before_anything_is_sent(provider, tmp_path):
    gone = Media(Modality.IMAGE, str(tmp_path / "gone.png"), "image/png", 9, "gone.png")
    parts = [{"type": "image_url", "image_url": {"url": gone}}]
    request = chat_request(messages=({"role": "user", "content": parts},))
    came, error = await chat_failure(target(provider), request)
    assert (came, type(error), error.message) == (
        [], InvalidRequest, "The file gone.png is no longer there."
    )  # fmt: skip
    assert provider.requests == []


async def test_leaving_early_closes_the_upstream(provider):
    async with aclosing(adapter("openai").chat(target(provider, "slow"), chat_request())) as found:
        await anext(found)
    assert await asyncio.to_thread(provider.requests[0].left.wait, 5)


async def test_a_connection_is_used_again_after_an_end_and_never_after_a_stop(provider):
    for _ in range(3):
        await chat(target(provider))
    async with aclosing(adapter("openai").chat(target(provider, "words-9-at-50"), chat_request())) as found:
        await anext(found)
    await chat(target(provider))
    assert [seen.connection for seen in provider.requests] == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("part", "seconds"),
    [
        ({"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}, 300.0),
        ({"type": "video_url", "video_url": {"url": "https://x.test/a.mp4"}}, 600.0),
    ],
)
def test_whoever_is_shown_a_video_has_twice_the_time(part, seconds):
    where = Target(1, "fake", "Fake", "openai", "http://x.test/v1", "m")
    request = chat_request(messages=(*HELLO, {"role": "user", "content": [part]}))
    assert (limits(where, request).total, limits(where, request).idle) == (seconds, 60.0)
