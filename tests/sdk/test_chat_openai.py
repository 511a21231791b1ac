"""Chats with OpenAI's Python client: complete, streamed, with its helpers, tools and audio."""

from __future__ import annotations

import base64
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from core.contract.audio import AudioFormat
from core.models import UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import ARGUMENTS, TEXT, chat

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
SPOKEN: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "ada", "format": "pcm16"}}


@pytest.fixture(autouse=True)
def talker(lab, live):
    make_chat_model(lab)
    live.refresh()


def test_a_completion(client):
    found = client.chat.completions.create(**ASK)
    assert found.choices[0].message.content == TEXT
    assert (found.choices[0].finish_reason, found.usage.total_tokens) == ("stop", 22)
    assert found.id == UsageRecord.objects.get().public_id
    assert found.usage.model_extra["cost"] == pytest.approx(0.00112)
    assert found.model_extra["provider"] == "Lab"


def test_a_stream(client):
    with client.chat.completions.create(**ASK, stream=True) as stream:
        *chunks, last = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    assert (last.choices[0].finish_reason, last.usage.total_tokens) == ("stop", 22)


def test_the_stream_helper(client):
    with client.chat.completions.stream(**ASK) as stream:
        said = [event.delta for event in stream if event.type == "content.delta"]
        found = stream.get_final_completion()
    assert "".join(said) == found.choices[0].message.content == TEXT
    assert found.choices[0].finish_reason == "stop"


def test_the_stream_helper_joins_sound_into_something_that_plays(client):
    with client.chat.completions.stream(**ASK, **SPOKEN) as stream:
        for _ in stream:
            pass
        audio = stream.get_final_completion().choices[0].message.audio
    assert base64.b64decode(audio.data) == audio_bytes(AudioFormat.PCM, 0.5)
    assert (audio.id, audio.transcript) == ("audio_1", TEXT)


def test_sound_whole(client):
    asked = {**SPOKEN, "audio": {"voice": "ada", "format": "wav"}}
    audio = client.chat.completions.create(**ASK, **asked).choices[0].message.audio
    assert base64.b64decode(audio.data) == audio_bytes(AudioFormat.WAV, 0.5)


def test_a_tool_is_called_and_answered(client):
    first = client.chat.completions.create(**ASK, tools=[WEATHER]).choices[0]
    call = first.message.tool_calls[0]
    assert (first.finish_reason, call.function.name, call.function.arguments) == (
        "tool_calls",
        "weather",
        ARGUMENTS,
    )
    messages = [
        *ASK["messages"],
        first.message,
        {"role": "tool", "tool_call_id": call.id, "content": "Rain."},
    ]
    second = client.chat.completions.create(model=ASK["model"], messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == TEXT


def test_the_stream_helper_joins_calls(client):
    with client.chat.completions.stream(**ASK, tools=[WEATHER]) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        found = stream.get_final_completion().choices[0].message.tool_calls
    assert [(event.name, event.arguments) for event in done] == [("weather", ARGUMENTS)]
    assert [(call.id, call.function.arguments) for call in found] == [("call_1", ARGUMENTS)]


class Fox(BaseModel):
    colour: str
    jumps: bool


def test_structured_output(client, provider):
    provider.script("ok", chat('{"colour": "brown", "jumps": true}'))
    found = client.chat.completions.parse(**ASK, response_format=Fox)
    assert found.choices[0].message.parsed == Fox(colour="brown", jumps=True)
    assert provider.requests[0].json["response_format"]["json_schema"]["name"] == "Fox"


def test_structured_output_streamed(client, provider):
    provider.script("ok", chat('{"colour": "brown", "jumps": true}'))
    with client.chat.completions.stream(**ASK, response_format=Fox) as stream:
        found = stream.get_final_completion()
    assert found.choices[0].message.parsed == Fox(colour="brown", jumps=True)


@pytest.mark.anyio
async def test_the_async_client(live, key):
    async with openai.AsyncOpenAI(api_key=key, base_url=live.api, max_retries=0) as client:
        stream = await client.chat.completions.create(**ASK, stream=True)
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == TEXT


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "lab/nothing"}, openai.NotFoundError, "model"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"modalities": ["text", "audio"]}, openai.BadRequestError, "audio"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_refusals_are_typed(client, fields, kind, param, stream):
    with pytest.raises(kind) as caught:
        client.chat.completions.create(**{**ASK, **fields}, stream=stream)
    assert (caught.value.param, caught.value.request_id[:4]) == (param, "req_")


def test_a_fault_in_the_middle_is_an_error_after_the_words(client, lab, live):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    live.refresh()
    said: list[str] = []

    def listen() -> None:
        for chunk in client.chat.completions.create(**{**ASK, "model": "lab/cutter"}, stream=True):
            said.append(chunk.choices[0].delta.content or "")

    with pytest.raises(openai.APIError) as caught:
        listen()
    assert "".join(said) == "The quick brown"
    assert caught.value.body["metadata"]["provider_code"] == "upstream_unreachable"


def test_a_picture_and_a_file_are_sent(client, provider):
    from tests.fakes.chat import IMAGE  # noqa: PLC0415 - beside its only use

    url = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
    pdf = base64.b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF").decode()
    parts = [
        {"type": "text", "text": "What are these?"},
        {"type": "image_url", "image_url": {"url": url}},
        {
            "type": "file",
            "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{pdf}"},
        },
    ]
    found = client.chat.completions.create(model=ASK["model"], messages=[{"role": "user", "content": parts}])
    assert found.choices[0].message.content == TEXT
    sent = provider.requests[0].json["messages"][0]["content"]
    assert sent[1]["image_url"]["url"] == url
    assert sent[2]["file"]["file_data"] == f"data:application/pdf;base64,{pdf}"
