"""Responses with OpenAI's Python client: complete, streamed, with its helpers, tools and files."""

from __future__ import annotations

import base64

import openai
import pytest
from pydantic import BaseModel

from core.models import UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.responses_helpers import ASK
from tests.fakes.chat import ARGUMENTS, IMAGE, TEXT, THOUGHTS, chat

WEATHER = {
    "type": "function",
    "name": "weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class Fox(BaseModel):
    colour: str
    jumps: bool


FOX = '{"colour": "brown", "jumps": true}'


@pytest.fixture(autouse=True)
def talker(lab, live):
    make_chat_model(lab)
    live.refresh()


def test_a_response(client):
    found = client.responses.create(**ASK)
    assert (found.output_text, found.status) == (TEXT, "completed")
    assert (found.usage.input_tokens, found.usage.output_tokens) == (12, 10)
    assert found.usage.model_extra["cost"] == pytest.approx(0.00112)
    assert found.id.removeprefix("resp_") == UsageRecord.objects.get().public_id.removeprefix("gen-")


def test_the_tool_for_images(client):
    found = client.responses.create(**ASK, tools=[{"type": "image_generation"}])
    (picture,) = [item for item in found.output if item.type == "image_generation_call"]
    assert (picture.status, base64.b64decode(picture.result)) == ("completed", IMAGE)
    with client.responses.create(**ASK, tools=[{"type": "image_generation"}], stream=True) as stream:
        kinds = [event.type for event in stream]
    assert "response.image_generation_call.completed" in kinds


def test_a_stream(client):
    with client.responses.create(**ASK, stream=True) as stream:
        events = list(stream)
    assert "".join(one.delta for one in events if one.type == "response.output_text.delta") == TEXT
    assert events[-1].response.output_text == TEXT


def test_the_stream_helper(client):
    with client.responses.stream(**ASK) as stream:
        said = [event.delta for event in stream if event.type == "response.output_text.delta"]
        found = stream.get_final_response()
    assert "".join(said) == found.output_text == TEXT


def test_the_stream_helper_joins_calls(client):
    with client.responses.stream(**ASK, tools=[WEATHER]) as stream:
        snapshots = [
            event.snapshot for event in stream if event.type == "response.function_call_arguments.delta"
        ]
        (call,) = stream.get_final_response().output
    assert (snapshots[-1], call.arguments, call.parsed_arguments) == (
        ARGUMENTS,
        ARGUMENTS,
        {"city": "Zürich"},
    )


def test_tools_in_a_loop(client):
    items: list = [{"role": "user", "content": "Will it rain?"}]
    first = client.responses.create(model=ASK["model"], input=items, tools=[WEATHER])
    items += first.output
    calls = [item for item in first.output if item.type == "function_call"]
    assert [(call.name, call.arguments) for call in calls] == [("weather", ARGUMENTS)]
    items += [{"type": "function_call_output", "call_id": call.call_id, "output": "Rain."} for call in calls]
    second = client.responses.create(model=ASK["model"], input=items, tools=[WEATHER])
    assert second.output_text == TEXT


def test_a_conversation_goes_on_with_all_that_was_answered(client, provider):
    items: list = [{"role": "user", "content": "Draw a fox."}]
    asked = {"model": ASK["model"], "reasoning": {"effort": "low"}}
    items += client.responses.create(
        input=items, extra_body={"modalities": ["text", "image"]}, **asked
    ).output
    items.append({"role": "user", "content": "Another."})
    found = client.responses.create(input=items, **asked)
    assert (found.output[0].summary[0].text, found.output_text) == (THOUGHTS, TEXT)
    user, answer, again = provider.requests[-1].json["messages"]
    assert (user["content"], again["content"]) == ("Draw a fox.", "Another.")
    assert answer["content"] == [{"type": "text", "text": TEXT}]
    url = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
    assert [image["image_url"]["url"] for image in answer["images"]] == [url]


def test_structured_output(client, provider):
    provider.script("ok", chat(FOX))
    found = client.responses.parse(**ASK, text_format=Fox)
    assert found.output_parsed == Fox(colour="brown", jumps=True)
    assert provider.requests[0].json["response_format"]["json_schema"]["name"] == "Fox"


def test_structured_output_streamed(client, provider):
    provider.script("ok", chat(FOX))
    with client.responses.stream(**ASK, text_format=Fox) as stream:
        assert stream.get_final_response().output_parsed == Fox(colour="brown", jumps=True)


def test_a_picture_and_a_file_are_sent(client, provider):
    url = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
    pdf = base64.b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF").decode()
    file = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{pdf}"}
    parts = [
        {"type": "input_text", "text": "What are these?"},
        {"type": "input_image", "image_url": url},
        file,
    ]
    found = client.responses.create(model=ASK["model"], input=[{"role": "user", "content": parts}])
    assert found.output_text == TEXT
    sent = provider.requests[0].json["messages"][0]["content"]
    assert (sent[1]["image_url"]["url"], sent[2]["file"]["file_data"]) == (url, file["file_data"])


@pytest.mark.anyio
async def test_the_async_client(live, key):
    async with openai.AsyncOpenAI(api_key=key, base_url=live.api, max_retries=0) as client:
        stream = await client.responses.create(**ASK, stream=True)
        events = [event async for event in stream]
    assert events[-1].response.output_text == TEXT


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "lab/nothing"}, openai.NotFoundError, "model"),
        ({"input": []}, openai.BadRequestError, "input"),
        ({"previous_response_id": "resp_1"}, openai.NotFoundError, "previous_response_id"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_refusals_are_typed(client, fields, kind, param, stream):
    with pytest.raises(kind) as caught:
        client.responses.create(**{**ASK, **fields}, stream=stream)
    assert (caught.value.param, caught.value.request_id[:4]) == (param, "req_")


def test_an_earlier_response_is_read_continued_and_deleted(client, provider):
    found = client.responses.create(**ASK, store=True)
    assert client.responses.retrieve(found.id).output_text == found.output_text
    client.responses.create(**{**ASK, "input": "And?"}, previous_response_id=found.id)
    assert [one["role"] for one in provider.requests[-1].json["messages"]] == ["user", "assistant", "user"]
    with pytest.raises(openai.BadRequestError, match="read and deleted"):
        client.responses.cancel(found.id)
    client.responses.delete(found.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(found.id)


def test_a_fault_in_the_middle_is_an_event_after_the_words(client, lab, live):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    live.refresh()
    with client.responses.create(**{**ASK, "model": "lab/cutter"}, stream=True) as stream:
        *said, error, failed = list(stream)
    assert "".join(one.delta for one in said if one.type == "response.output_text.delta") == "The quick brown"
    assert (error.type, error.code) == ("error", "upstream_unreachable")
    assert (failed.response.status, failed.response.error.code) == ("failed", "server_error")
