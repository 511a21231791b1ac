"""`POST responses` in one piece: real HTTP, with a fake provider on loopback."""

from __future__ import annotations

import base64

import pytest

from core.models import UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.records import settled_record
from tests.core.api.responses_helpers import ASK
from tests.fakes.chat import ARGUMENTS, IMAGE, TEXT, THOUGHTS, USAGE, chat, whole
from tests.fakes.images import noise

PNG = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
COST = 12 * 0.00001 + 10 * 0.0001


@pytest.fixture(autouse=True)
def talker(lab):
    return make_chat_model(lab)


def ask(live, key, **fields):
    return live.post("/responses", key, json={**ASK, **fields})


def sent(live, key, provider, **fields) -> dict:
    """What the provider was asked."""
    answer = ask(live, key, **fields)
    assert answer.status_code == 200, answer.text
    return provider.requests[-1].json


def refused(live, key, provider, **fields) -> dict:
    answer = ask(live, key, **fields)
    assert (answer.status_code, provider.requests) == (400, []), answer.text
    return answer.json()["error"]


def test_a_response_has_provider_and_cost(live, key):
    answer = ask(live, key)
    found, record = answer.json(), UsageRecord.objects.get()
    suffix = record.public_id.removeprefix("gen-")
    assert answer.headers["x-generation-id"] == record.public_id
    assert (found["id"], found["object"], found["status"]) == (f"resp_{suffix}", "response", "completed")
    assert (found["model"], found["provider"], found["service_tier"]) == ("lab/talker", "Lab", "default")
    assert found["completed_at"] >= found["created_at"]
    content = [{"type": "output_text", "annotations": [], "logprobs": [], "text": TEXT}]
    message = {"id": f"msg_{suffix}_0", "type": "message", "status": "completed", "role": "assistant"}
    assert found["output"] == [{**message, "content": content}]
    usage = found["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (12, 10, 22)
    assert usage["input_tokens_details"] == {"cached_tokens": 4, "cache_write_tokens": 0}
    assert usage["output_tokens_details"] == {"reasoning_tokens": 2}
    assert usage["cost"] == pytest.approx(COST)
    assert float(settled_record("completed").cost) == pytest.approx(COST)
    assert (answer.headers["x-polyphony-provider"], answer.headers["x-polyphony-cost"]) == ("Lab", "0.00112")


def test_the_response_repeats_the_request(live, key):
    asked = {
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "metadata": {"order": "7"},
        "parallel_tool_calls": False,
        "temperature": 0.3,
        "tools": [WEATHER],
        "tool_choice": "none",
        "top_p": 0.9,
        "user": "u1",
    }
    found = ask(live, key, **asked).json()
    assert {name: found[name] for name in asked} == {**asked, "tools": [{**WEATHER, "strict": None}]}


def test_fields_of_unsupported_features_have_fixed_values(live, key):
    found = ask(live, key, truncation="auto", background=False).json()
    assert (found["truncation"], found["background"]) == ("disabled", False)


def test_the_provider_gets_a_chat_request(live, key, provider):
    asked = {
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low", "summary": "auto"},
        "seed": 7,
        "stream": False,
        "temperature": 0.3,
        "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "fox", "schema": {}}},
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "name": "weather"},
        "top_logprobs": 2,
        "top_p": 0.9,
    }
    found = sent(live, key, provider, **asked)
    inner = {"name": "weather", "parameters": {"type": "object"}}
    assert found == {
        "model": "ok",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Tell me of the fox."},
        ],
        "max_completion_tokens": 50,
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "seed": 7,
        "temperature": 0.3,
        "verbosity": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "fox", "schema": {}}},
        "tools": [{"type": "function", "function": inner}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "logprobs": True,
        "top_logprobs": 2,
        "top_p": 0.9,
    }


def test_our_fields_and_routing_fields_are_not_relayed(live, key, provider):
    asked = {
        "include": [],
        "metadata": {"a": "b"},
        "models": ["lab/talker"],
        "store": False,
        "truncation": "auto",
    }
    assert set(sent(live, key, provider, **asked)) == {"model", "messages"}


def test_a_tool_call_is_an_item_and_its_output_is_sent(live, key, provider):
    (call,) = ask(live, key, tools=[WEATHER]).json()["output"]
    assert (call["type"], call["call_id"], call["name"], call["arguments"]) == (
        "function_call",
        "call_1",
        "weather",
        ARGUMENTS,
    )
    user = {"role": "user", "content": "Will it rain?"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "Rain."}
    second = ask(live, key, tools=[WEATHER], input=[user, call, output]).json()["output"]
    function = {"name": "weather", "arguments": ARGUMENTS}
    assert provider.requests[-1].json["messages"] == [
        user,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "Rain."},
    ]
    assert second[0]["content"][0]["text"] == TEXT


def test_reasoning_is_an_item_before_the_text(live, key):
    reasoning, message = ask(live, key, reasoning={"effort": "low"}).json()["output"]
    assert (reasoning["type"], reasoning["summary"]) == (
        "reasoning",
        [{"type": "summary_text", "text": THOUGHTS}],
    )
    assert message["content"][0]["text"] == TEXT


def test_an_image_is_an_item(live, key):
    message, picture = ask(live, key, modalities=["image", "text"]).json()["output"]
    assert (picture["type"], picture["status"], picture["output_format"]) == (
        "image_generation_call",
        "completed",
        "png",
    )
    assert base64.b64decode(picture["result"]) == IMAGE
    assert message["type"] == "message"


def test_the_tool_for_images_lets_a_model_draw(live, key, provider):
    tool = {"type": "image_generation", "partial_images": 1}
    found = ask(live, key, tools=[tool]).json()
    (sent,) = provider.requests
    assert ("tools" in sent.json, sorted(sent.json["modalities"])) == (False, ["image", "text"])
    assert [item["type"] for item in found["output"]] == ["message", "image_generation_call"]
    assert base64.b64decode(found["output"][1]["result"]) == IMAGE
    assert (found["tools"], found["usage"]["cost"] > 0) == ([tool], True)


def test_a_model_that_draws_nothing_names_the_tool_and_the_endpoint(live, key, lab, provider):
    make_chat_model(lab, slug="lab/writer", output_modalities=["text"])
    make_chat_model(lab, slug="lab/painter", output_modalities=["text", "image"])
    tools = [WEATHER, {"type": "image_generation"}]
    error = refused(live, key, provider, model="lab/writer", tools=tools)
    assert error["param"] == "tools[1].type"
    assert error["message"].startswith(
        "lab/writer cannot make images in a conversation, images/generations has models that draw."
    )
    assert "lab/painter" in error["metadata"]["models"]
    asked = refused(live, key, provider, model="lab/writer", modalities=["text", "image"])
    assert asked["param"] == "modalities"


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_a_truncated_response_is_incomplete(live, key, provider, finish, reason):
    answer = whole({})
    answer["choices"][0]["finish_reason"] = finish
    provider.script("ok", answering(answer))
    found = ask(live, key).json()
    assert (found["status"], found["incomplete_details"], found["completed_at"]) == (
        "incomplete",
        {"reason": reason},
        None,
    )
    assert found["output"][0]["status"] == "incomplete"


def answering(answer: dict):
    import json  # noqa: PLC0415 - beside its only use

    async def scenario(exchange):
        await exchange.reply(200, json.dumps(answer).encode())

    return scenario


def test_files_of_every_kind_are_sent_as_in_chats(live, key, provider):
    pdf = base64.b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF").decode()
    parts = [
        {"type": "input_text", "text": "What are these?"},
        {"type": "input_image", "image_url": PNG, "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{pdf}"},
    ]
    found = sent(live, key, provider, input=[{"role": "user", "content": parts}])
    text, image, file = found["messages"][0]["content"]
    assert text == {"type": "text", "text": "What are these?"}
    assert image == {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}
    assert file["file"]["file_data"] == f"data:application/pdf;base64,{pdf}"


def test_audio_input(live, key, provider, data):
    sound = base64.b64encode((data / "samples" / "jfk.flac").read_bytes()).decode()
    part = {"type": "input_audio", "input_audio": {"data": sound, "format": "flac"}}
    found = sent(live, key, provider, input=[{"role": "user", "content": [part]}])
    assert found["messages"][0]["content"] == [part]


def test_a_large_file_is_not_held_in_the_body(live, key, provider):
    url = f"data:image/png;base64,{base64.b64encode(noise(3_000_000)).decode()}"
    part = {"type": "input_image", "image_url": url}
    found = sent(live, key, provider, input=[{"role": "user", "content": [part]}])
    assert found["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": url}}]


def test_an_unsupported_part_is_named_by_its_place_in_the_input(live, key, lab, provider):
    make_chat_model(lab, slug="lab/watcher", input_modalities=["text", "video"])
    video = {"type": "input_video", "video_url": "https://example.org/a.mp4"}
    items = [{"role": "user", "content": [{"type": "input_text", "text": "Look."}, video]}]
    error = refused(live, key, provider, instructions="Be brief.", input=items)
    assert (error["param"], error["metadata"]["models"]) == (
        "input[0].content[1].video_url",
        ["lab/watcher"],
    )
    assert UsageRecord.objects.count() == 0


def test_an_invalid_image_is_named_by_its_place_in_the_input(live, key, provider):
    part = {"type": "input_image", "image_url": "data:image/png;base64,aGVsbG8="}
    error = refused(live, key, provider, input=[{"role": "user", "content": [part]}])
    assert error["param"] == "input[0].content[0].image_url"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": 7}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"modalities": ["audio"]}, "modalities"),
        ({"messages": []}, "messages"),
        ({"n": 2}, "n"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "image_generation", "size": "1024x1024"}]}, "tools[0].size"),
        ({"tools": [WEATHER, {"type": "code_interpreter", "container": {}}]}, "tools[1].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [WEATHER], "tool_choice": {"type": "file_search"}}, "tool_choice.type"),
        ({"tools": [WEATHER], "tool_choice": "perhaps"}, "tool_choice"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"response_format": "json"}, "response_format"),
        ({"tools": "a"}, "tools"),
        ({"tools": ["a"]}, "tools[0]"),
        ({"tool_choice": 5}, "tool_choice"),
        ({"text": "a"}, "text"),
        ({"prompt_cache_options": 5}, "prompt_cache_options"),
        ({"input": []}, "input"),
        ({"input": [{"type": "item_reference"}]}, "input[0].type"),
        ({"input": [{"type": "web_search_call", "id": "ws_1"}]}, "input[0].type"),
        ({"api_key": "x"}, "api_key"),
        ({"extra_body": {"base_url": "x"}}, "extra_body"),
    ],
)
def test_unsupported_fields_are_named(live, key, provider, fields, param):
    assert refused(live, key, provider, **fields)["param"] == param


def test_input_is_required(live, key, provider):
    answer = live.post("/responses", key, json={"model": "lab/talker"})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["metadata"]["provider_code"]) == (
        400,
        "input",
        "missing_field",
    )


def test_a_model_of_another_task_names_its_endpoint(live, key, model, provider):
    assert refused(live, key, provider, model="lab/alto")["metadata"]["provider_code"] == "wrong_endpoint"


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_before_the_first_delta_has_its_status(live, key, lab, stream):
    make_chat_model(lab, slug="lab/limited", upstream="limited")
    answer = ask(live, key, model="lab/limited", stream=stream)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert answer.headers["x-generation-id"] == UsageRecord.objects.get().public_id
    assert int(answer.headers["retry-after"]) >= 1


def test_the_generation_has_the_cost_of_the_response(live, key):
    generation = ask(live, key).headers["x-generation-id"]
    found = live.get(f"/generation?id={generation}", key).json()["data"]
    assert (found["tokens_prompt"], found["tokens_completion"]) == (12, 10)


def test_unknown_costs_are_null(live, key, lab, provider):
    provider.script("free", chat(usage={**USAGE, "cost": None}))
    model = make_chat_model(lab, slug="lab/free", upstream="free")
    model.endpoints.get().prices.all().delete()
    assert ask(live, key, model="lab/free").json()["usage"]["cost"] is None
