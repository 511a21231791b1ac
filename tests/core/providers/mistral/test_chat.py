"""Chat by Mistral: its own parts and names, reasoning, tool calls, usage in tokens and seconds."""

from __future__ import annotations

import base64

import pytest

from core.contract.chat import ChatRequest, Media, Modality
from core.contract.events import AnswerMetadata, ChatDelta, Used
from core.providers.mistral.chat.messages import call_id, messages_of
from core.providers.registry import adapter
from tests.core.providers.mistral.calls import of, send, target
from tests.core.providers.promises.files import AUDIO, audio_file
from tests.fakes import mistral as fake

pytestmark = pytest.mark.anyio

HELLO = ({"role": "user", "content": "Hello"},)
TOOL = {"type": "function", "function": {"name": "weather", "strict": True, "cache_control": {}}}


def texts(events: list) -> str:
    return "".join(delta.text for delta in of(ChatDelta, events))


def media(folder, modality: Modality, name: str, media_type: str, form: str = "") -> Media:
    path = folder / name
    path.write_bytes(AUDIO)
    return Media(modality, str(path), media_type, len(AUDIO), name, form, seconds=6.0)


@pytest.mark.parametrize("streamed", [True, False])
async def test_an_answer(vendor, streamed):
    events = await send(target(vendor), ChatRequest("m", messages=HELLO, streamed=streamed))
    assert isinstance(events[0], AnswerMetadata)
    assert texts(events) == fake.ANSWER
    assert events[-1].usage.units() == {"text_in.token": 12, "text_out.token": 10}
    assert vendor.requests[0].json == {
        "model": "voxtral-small-2507", "messages": [{"role": "user", "content": "Hello"}],
    } | ({"stream": True} if streamed else {})  # fmt: skip


@pytest.mark.parametrize("streamed", [True, False])
async def test_reasoning_is_told_apart_from_the_text(vendor, streamed):
    asked = ChatRequest("m", messages=HELLO, streamed=streamed, parameters={"reasoning": {"effort": "high"}})
    events = await send(target(vendor), asked)
    assert vendor.requests[0].json["reasoning_effort"] == "high"
    assert "".join(delta.reasoning for delta in of(ChatDelta, events)) == fake.THOUGHTS
    assert texts(events) == fake.ANSWER


async def test_files_are_sent_as_mistral_takes_them(vendor, tmp_path):
    content = [
        {"type": "text", "text": "What is this?", "cache_control": {"type": "ephemeral"}},
        {"type": "input_audio", "input_audio": {
            "data": media(tmp_path, Modality.AUDIO, "a.wav", "audio/wav", "wav"), "format": "wav"}},
        {"type": "image_url", "image_url": {
            "url": media(tmp_path, Modality.IMAGE, "b.png", "image/png"), "detail": "low"}},
        {"type": "file", "file": {
            "file_data": media(tmp_path, Modality.FILE, "c.pdf", "application/pdf"), "filename": "c.pdf"}},
        {"type": "file", "file": {"file_data": "https://x.test/d.pdf"}},
    ]  # fmt: skip
    events = await send(target(vendor), ChatRequest("m", messages=({"role": "user", "content": content},)))
    encoded = base64.b64encode(AUDIO).decode()
    assert vendor.requests[0].json["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "input_audio", "input_audio": encoded},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}", "detail": "low"}},
        {"type": "document_url", "document_url": f"data:application/pdf;base64,{encoded}",
         "document_name": "c.pdf"},
        {"type": "document_url", "document_url": "https://x.test/d.pdf"},
    ]  # fmt: skip
    units = of(Used, events)[0].usage.units()
    assert (units["text_in.token"], units["audio_in.second"], units["text_out.token"]) == (12, 6, 10)


async def test_a_preview_has_the_body_without_the_files(tmp_path):
    file = audio_file(tmp_path)
    part = {"data": Media(Modality.AUDIO, file.path, "audio/wav", file.size, "a.wav", "wav"), "format": "wav"}
    asked = ChatRequest(
        "m", messages=({"role": "user", "content": [{"type": "input_audio", "input_audio": part}]},)
    )
    where = target(type("Nowhere", (), {"url": "http://127.0.0.1:1/v1"}))
    (sent,) = adapter("mistral").chat_body(where, asked)["messages"][0]["content"]
    assert isinstance(sent["input_audio"], Media)


async def test_only_known_parameters_are_sent_in_mistral_s_names(vendor):
    parameters = {
        "max_completion_tokens": 50, "seed": 7, "temperature": 0.5, "user": "u", "store": False,
        "logit_bias": {"1": 2}, "stop": ["x"], "tools": [TOOL], "tool_choice": "required",
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}},
        "parallel_tool_calls": False, "service_tier": "flex",
    }  # fmt: skip
    asked = ChatRequest(
        "m", messages=HELLO, parameters=parameters, options={"mistral": {"safe_prompt": True}}
    )
    await send(target(vendor), asked)
    sent = vendor.requests[0].json
    assert {name: sent[name] for name in sent.keys() - {"model", "messages"}} == {
        "max_tokens": 50, "random_seed": 7, "temperature": 0.5, "stop": ["x"], "tool_choice": "required",
        "tools": [{"type": "function", "function": {"name": "weather", "strict": True, "parameters": {}}}],
        "response_format": parameters["response_format"], "parallel_tool_calls": False, "safe_prompt": True,
    }  # fmt: skip


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_tool_is_called_and_answered(vendor, streamed):
    asked = ChatRequest("m", messages=HELLO, parameters={"tools": [TOOL]}, streamed=streamed)
    events = await send(target(vendor), asked)
    (call,) = [call for delta in of(ChatDelta, events) for call in delta.calls]
    assert (call.id, call.name, call.arguments) == ("D681PevKs", "weather", '{"city": "Paris"}')
    assert [delta.finish for delta in of(ChatDelta, events) if delta.finish] == ["tool_calls"]
    history = (
        *HELLO,
        {"role": "assistant", "content": None, "refusal": None, "tool_calls": [
            {"id": "call_from_another_provider", "index": 0, "type": "function", "extra_content": {},
             "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "call_from_another_provider", "content": "Rain"},
    )  # fmt: skip
    events = await send(target(vendor), ChatRequest("m", messages=history, streamed=streamed))
    assert texts(events) == fake.ANSWER
    _, called, told = vendor.requests[1].json["messages"]
    id = call_id("call_from_another_provider")
    assert (len(id), id.isalnum()) == (9, True)
    assert called == {
        "role": "assistant",
        "tool_calls": [{"id": id, "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
    }
    assert told == {"role": "tool", "tool_call_id": id, "content": "Rain"}


def test_messages_have_the_fields_of_their_role_and_the_reasoning_as_a_part():
    messages = (
        {"role": "developer", "content": "Be brief.", "name": "x"},
        {"role": "user", "content": "Hi", "name": "Ann"},
        {"role": "assistant", "content": "Hello", "reasoning": "A greeting.", "audio": {"id": "a"},
         "annotations": [], "tool_calls": []},
        {"role": "assistant", "content": None},
    )  # fmt: skip
    assert messages_of(messages) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "A greeting."}]},
            {"type": "text", "text": "Hello"}]},
        {"role": "assistant", "content": ""},
    ]  # fmt: skip
    assert call_id("D681PevKs") == "D681PevKs"
