from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest

from core.contract.audio import AudioFormat, wav_header
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import Unsupported, UpstreamLimited, UpstreamUnreachable
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    ImageReady,
    ToolCall,
    Used,
)
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.base import ChatAdapter
from core.providers.registry import adapter
from core.providers.rehearsal.chat import EMPTY_ANSWER, IMAGE
from core.providers.rehearsal.tone import SHAPE

pytestmark = pytest.mark.anyio

TOOLS = {"tools": [{"type": "function", "function": {"name": "weather"}}]}
TOKENS = (Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(2)), Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(2)))


def target(model: str = "rehearsal-chat", form: AudioFormat | None = None, **options: object) -> Target:
    return Target(1, "rehearsal", "Rehearsal", "rehearsal", "", model, format=form, options=options)


def chat_request(content: Any = "Hello you", **fields: Any) -> ChatRequest:
    return ChatRequest("m", **{"messages": ({"role": "user", "content": content},), **fields})


async def chat(request: ChatRequest, where: Target | None = None) -> list[Event]:
    async with aclosing(adapter("rehearsal").chat(where or target(), request)) as found:
        return [event async for event in found]


def test_the_adapter_serves_chat():
    assert isinstance(adapter("rehearsal"), ChatAdapter)


async def test_the_last_message_is_repeated_word_by_word():
    assert await chat(chat_request()) == [
        AnswerMetadata("chatcmpl-rehearsal", "rehearsal-chat", {"system_fingerprint": "fp_rehearsal"}),
        ChatDelta("Hello"),
        ChatDelta(" you"),
        ChatDelta(finish="stop"),
        Used(Usage(TOKENS)),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", EMPTY_ANSWER),
        (None, EMPTY_ANSWER),
        ([{"type": "text", "text": "A"}, {"type": "image_url"}], "A\n[image_url]"),
        (" two\n lines ", " two\n lines "),
    ],
)
async def test_every_content_is_repeated_whole(content, expected):
    found = await chat(chat_request(content))
    assert "".join(event.text for event in found if type(event) is ChatDelta) == expected


@pytest.mark.parametrize("form", [AudioFormat.PCM, AudioFormat.WAV])
async def test_audio_is_in_the_requested_format(form):
    request = chat_request(modalities=(Modality.TEXT, Modality.AUDIO))
    found = await chat(request, target(form=form))
    assert found[1] == AudioStart(form, 24_000, 1)
    audio = [event.data for event in found if type(event) is AudioChunk]
    assert (len(audio), audio[0] == wav_header(SHAPE)) == (
        (3, True) if form is AudioFormat.WAV else (2, False)
    )
    assert [event.transcript for event in found if type(event) is ChatDelta] == ["Hello", " you", ""]


async def test_a_format_without_tones_is_refused():
    with pytest.raises(Unsupported):
        await chat(chat_request(modalities=(Modality.AUDIO,)), target(form=AudioFormat.MP3))


async def test_an_image_comes_last():
    found = await chat(chat_request(modalities=(Modality.IMAGE, Modality.TEXT)))
    assert found[-3:-1] == [ImageReady(0, "image/png", IMAGE), ChatDelta(finish="stop")]


async def test_the_first_tool_is_called_once():
    found = await chat(chat_request(parameters=TOOLS))
    calls = [call for event in found if type(event) is ChatDelta for call in event.calls]
    assert calls[0] == ToolCall(0, "call_rehearsal", "weather")
    assert "".join(call.arguments for call in calls) == '{"rehearsed":true}'
    assert found[-2] == ChatDelta(finish="tool_calls")
    messages = ({"role": "user", "content": "Hi"}, {"role": "tool", "content": "Sunny"})
    found = await chat(chat_request(messages=messages, parameters=TOOLS))
    assert found[1:-1] == [ChatDelta("Sunny"), ChatDelta(finish="stop")]


@pytest.mark.parametrize("tools", ["x", 7, [], [7], [{}], [{"function": None}], [{"function": {"name": 7}}]])
async def test_tools_of_another_shape_are_not_called(tools):
    found = await chat(chat_request(parameters={"tools": tools}))
    assert found[-2] == ChatDelta(finish="stop")


async def test_json_is_answered_where_it_is_requested():
    found = await chat(chat_request(parameters={"response_format": {"type": "json_object"}}))
    assert "".join(event.text for event in found if type(event) is ChatDelta) == '{"rehearsed": true}'


async def test_reasoning_comes_first_where_an_effort_is_requested():
    found = await chat(chat_request(parameters={"reasoning_effort": "high"}))
    assert "".join(event.reasoning for event in found[1:3]) == "A rehearsal does not think. It repeats."


async def test_scenarios_fail():
    with pytest.raises(UpstreamLimited):
        await chat(chat_request(), target("rehearsal-429"))
    with pytest.raises(UpstreamUnreachable):
        await chat(chat_request(), target(fail="cut", cut_after=1))
