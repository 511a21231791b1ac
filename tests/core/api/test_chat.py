"""`POST chat/completions` in one piece: real HTTP, with a fake provider on loopback."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from core.contract.audio import AudioFormat
from core.contract.tasks import API_PREFIXES
from core.models import Attempt, Provider, UsageRecord
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.records import settled_record
from tests.core.server.processes import wait_until
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import ARGUMENTS, FINGERPRINT, IMAGE, TEXT, THOUGHTS

PNG = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"
COST = 12 * 0.00001 + 10 * 0.0001


@pytest.fixture
def talker(lab):
    return make_chat_model(lab)


def ask(live, key, **fields):
    return live.post("/chat/completions", key, json={**ASK, **fields})


def message(live, key, **fields) -> dict:
    answer = ask(live, key, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]


def test_a_completion_has_provider_and_cost(live, key, talker):
    answer = ask(live, key)
    found, record = answer.json(), UsageRecord.objects.get()
    assert (found["id"], found["object"], found["model"], found["provider"]) == (
        record.public_id,
        "chat.completion",
        "lab/talker",
        "Lab",
    )
    assert (found["system_fingerprint"], found["service_tier"]) == (FINGERPRINT, "default")
    assert found["processing_time_ms"] == record.total_ms
    assert [choice["finish_reason"] for choice in found["choices"]] == ["stop"]
    assert found["choices"][0]["message"]["content"] == TEXT
    usage = found["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (12, 10, 22)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 4
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 2
    assert usage["cost"] == pytest.approx(COST)
    assert usage["cost_details"] == {
        "upstream_inference_cost": None,
        "upstream_inference_prompt_cost": pytest.approx(12 * 0.00001),
        "upstream_inference_completions_cost": pytest.approx(10 * 0.0001),
    }
    assert float(settled_record("completed").cost) == pytest.approx(COST)


def test_headers_have_provider_model_and_attempts(live, key, talker):
    answer = ask(live, key)
    headers = {name: value for name, value in answer.headers.items() if name.startswith("x-polyphony")}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-generation-id"] == UsageRecord.objects.get().public_id
    assert headers == {
        "x-polyphony-provider": "Lab",
        "x-polyphony-model": "lab/talker",
        "x-polyphony-attempts": "1",
        "x-polyphony-cost": "0.00112",
    }


@pytest.mark.parametrize("prefix", API_PREFIXES)
def test_three_prefixes_are_one_router(live, key, talker, prefix):
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    answer = live.client.post(f"{prefix}/chat/completions", json=ASK, headers=headers)
    assert (answer.status_code, answer.json()["choices"][0]["message"]["content"]) == (200, TEXT)


def test_unknown_parameters_are_relayed(live, key, talker, provider):
    asked = {"temperature": 0.3, "seed": 7, "logit_bias": {"5": 1}, "quite_new": {"a": [1, None]}}
    assert ask(live, key, **asked).status_code == 200
    sent = provider.requests[0].json
    assert {name: sent[name] for name in asked} == asked
    assert (sent["model"], sent["messages"]) == ("ok", ASK["messages"])
    assert "stream" not in sent


def test_routing_fields_are_not_relayed(live, key, talker, provider):
    fields = {
        "fallbacks": ["lab/talker"],
        "retry": {"count": 1},
        "timeout": {"call_timeout": 9000},
        "name": "x",
    }
    assert ask(live, key, **fields, orq={"thread": {"id": "t"}}, route="fallback").status_code == 200
    assert set(provider.requests[0].json) == {"model", "messages"}


@pytest.mark.parametrize("name", ["base_url", "api_key", "headers", "extra_headers"])
def test_fields_of_the_server_are_refused(live, key, talker, provider, name):
    answer = ask(live, key, **{name: "x"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)
    assert provider.requests == []


def test_tool_calls_are_in_the_message(live, key, talker):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    choice = ask(live, key, tools=tools).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    function = {"name": "weather", "arguments": ARGUMENTS}
    assert choice["message"]["tool_calls"] == [{"id": "call_1", "type": "function", "function": function}]


def test_reasoning_is_in_the_message(live, key, talker):
    assert message(live, key, reasoning_effort="low")["reasoning"] == THOUGHTS


@pytest.mark.parametrize("form", ["wav", "mp3", "pcm16"])
def test_an_audio_answer_in_each_format(live, key, talker, form):
    found = message(live, key, modalities=["text", "audio"], audio={"voice": "ada", "format": form})
    assert found["content"] is None
    assert base64.b64decode(found["audio"]["data"]) == audio_bytes(
        AudioFormat("pcm" if form == "pcm16" else form)
    )
    assert (found["audio"]["id"], found["audio"]["transcript"]) == ("audio_1", TEXT)


def test_an_image_answer(live, key, talker):
    found = message(live, key, modalities=["image", "text"])
    assert [image["image_url"]["url"] for image in found["images"]] == [PNG]


def test_several_choices(live, key, talker):
    found = ask(live, key, n=3).json()["choices"]
    assert [(choice["index"], choice["message"]["content"]) for choice in found] == [
        (0, TEXT),
        (1, TEXT),
        (2, TEXT),
    ]


def test_an_image_reaches_the_provider_unchanged(live, key, talker, provider):
    parts = [
        {"type": "text", "text": "What is it?", "cache_control": {"type": "ephemeral"}},
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
    ]
    assert ask(live, key, messages=[{"role": "user", "content": parts}]).status_code == 200
    assert provider.requests[0].json["messages"][0]["content"] == parts


def test_an_unsupported_part_is_named_before_any_provider_call(live, key, talker, lab, provider):
    make_chat_model(lab, slug="lab/watcher", input_modalities=["text", "video"])
    part = {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}
    answer = ask(live, key, messages=[{"role": "user", "content": [part]}])
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, "messages[0].content[0].video_url")
    assert "lab/watcher" in json.dumps(error)
    assert (provider.requests, UsageRecord.objects.count()) == ([], 0)


def test_a_model_of_another_task_is_the_wrong_endpoint(live, key, model):
    error = ask(live, key, model="lab/alto").json()["error"]
    assert (error["code"], error["metadata"]["provider_code"]) == (400, "wrong_endpoint")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "nobody", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"stream": "yes"}, "stream"),
        ({"modalities": ["audio"]}, "audio"),
    ],
)
def test_malformed_messages_are_refused_by_name(live, key, talker, provider, fields, param):
    answer = ask(live, key, **fields)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert provider.requests == []


def test_temporary_files_are_deleted_after_the_response(live, key, talker, settings):
    from pathlib import Path  # noqa: PLC0415 - beside its only use

    part = {"type": "image_url", "image_url": {"url": PNG}}
    assert ask(live, key, messages=[{"role": "user", "content": [part]}]).status_code == 200
    folder = Path(settings.MEDIA_ROOT, "incoming")
    wait_until(
        lambda: not [path for path in folder.rglob("*") if path.is_file()]
    )  # the answer is with its client a moment earlier


def test_each_cost_belongs_to_its_attempt(live, key, talker, provider):
    for _ in range(3):
        ask(live, key)
    assert len(provider.bills) == Attempt.objects.count() == UsageRecord.objects.count() == 3
    assert {record.state for record in UsageRecord.objects.all()} == {"settled"}


def test_a_response_is_finished_and_billed_after_a_disconnect(live, key, transactional_db):
    stage = Provider.objects.create(slug="stage", name="Stage", wire="rehearsal", needs_key=False)
    endpoint = make_chat_model(stage, upstream="rehearsal-chat").endpoints.get()
    endpoint.options = {"first_delay": 0.5}
    endpoint.save()
    live.refresh()
    with pytest.raises(httpx.ReadTimeout):
        live.client.post(
            "/v1/chat/completions", json=ASK, headers={"Authorization": f"Bearer {key}"}, timeout=0.1
        )
    assert settled_record("completed").cost > 0


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "16384"}, "max_tokens"),
        ({"temperature": 5}, "temperature"),
        ({"n": 1000}, "n"),
        ({"n": True}, "n"),
        ({"user": "u" * 1024 * 1024}, "user"),
        ({"metadata": {"a": {"b": {}}}}, "metadata.a"),
        ({"Extra_Body": {"max_tokens": 9}}, "Extra_Body"),
        ({"response_format": "json"}, "response_format"),
        ({"tools": "a"}, "tools"),
        ({"tool_choice": 5}, "tool_choice"),
        ({"prediction": 5}, "prediction"),
        ({"provider": {"options": {"lab": {"max_tokens": -1}}}}, "provider.options.lab.max_tokens"),
    ],
)
def test_a_wrong_parameter_is_named_and_nothing_is_sent(live, key, talker, provider, fields, param):
    answer = ask(live, key, **fields)
    assert (answer.status_code, answer.json()["error"]["param"], provider.requests) == (400, param, [])
    assert UsageRecord.objects.count() == 0


def test_a_document_at_a_model_that_reads_none_names_one_that_does(live, key, lab, talker, provider):
    make_chat_model(lab, slug="lab/blind", input_modalities=["text"])
    pdf = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.4\n").decode()
    part = {"type": "document_url", "document_url": pdf}
    answer = ask(live, key, model="lab/blind", messages=[{"role": "user", "content": [part]}])
    assert (answer.status_code, provider.requests) == (400, [])
    assert answer.json()["error"]["metadata"]["models"] == ["lab/talker"]
