"""Odd streams and errors of any shape through the whole stack: words, statuses, the ledger."""

from __future__ import annotations

import json

import pytest

from core.models import Attempt
from tests.core.api.chat_helpers import ASK, make_chat_model, streamed, text
from tests.core.api.records import settled_record
from tests.fakes import chat as fake
from tests.fakes import scenarios
from tests.fakes.server_sent_events import DONE, events, frame

WORDS = [frame(fake.chunk({"content": word})) for word in ("Hel", "lo")]
USED = frame({"choices": [], "usage": fake.USAGE})
END = [frame(fake.chunk({}, "stop")), USED, DONE]
VLLM = {"object": "error", "message": "The prompt has 9,000 tokens.", "type": "BadRequestError", "code": 400}
FASTAPI = {"detail": [{"loc": ["body", "top_p"], "msg": "Input should be at most 1", "type": "less_than"}]}
REFUSALS = [
    (VLLM, 400, None, "BadRequestError"),
    (FASTAPI, 422, "top_p", "less_than"),
    (
        {"error": {"message": "No.", "param": "temperature", "code": "unsupported_value", "status": 400}},
        400,
        "temperature",
        "unsupported_value",
    ),
]
UNKNOWN = {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError"}


@pytest.fixture
def second(lab, other_provider):
    """Makes a model of two endpoints; `upstream` is the scenario of the first, the other always answers."""
    from core.models import Endpoint, Provider  # noqa: PLC0415 - the registry is not ready at import time

    def make(upstream: str):
        model = make_chat_model(lab, upstream=upstream)
        other = Provider.objects.create(
            slug="second",
            name="Second",
            wire="openai",
            base_url=other_provider.url,
            internal=True,
            needs_key=False,
        )
        Endpoint.objects.create(model=model, provider=other, upstream_id="ok", priority=20)
        return other_provider

    return make


@pytest.mark.parametrize("place", [0, 1, 2])
def test_heartbeats_and_a_padded_terminator_leave_a_whole_answer(live, key, lab, provider, place):
    frames = [*WORDS, *END[:-1]]
    provider.script("odd", events([*frames[:place], b"data: \n\n", *frames[place:], b"data: [DONE] \n\n"]))
    make_chat_model(lab, upstream="odd")
    _, found = streamed(live, key)
    assert (text(found), found[-1]["choices"][0]["finish_reason"]) == ("Hello", "stop")
    assert (found[-1]["usage"]["prompt_tokens"], found[-1]["usage"]["completion_tokens"]) == (12, 10)
    assert (settled_record("completed").basis, Attempt.objects.get().reason) == ("computed", "")


def test_what_could_not_be_read_is_counted_in_the_attempt(live, key, lab, provider):
    provider.script("odd", events([WORDS[0], b"data: {not json\n\n", b"data: 7\n\n", WORDS[1], *END]))
    make_chat_model(lab, upstream="odd")
    answer, found = streamed(live, key)
    assert text(found) == "Hello"
    settled_record("completed")
    assert Attempt.objects.get().reason == "unreadable:2"
    told = live.get(f"/generation?id={answer.headers['x-generation-id']}", key).json()["data"]
    assert told["provider_responses"][0]["reason"] == "unreadable:2"


def test_a_cut_answer_also_tells_what_could_not_be_read(live, key, lab, provider):
    provider.script("odd", events([WORDS[0], b"data: {not json\n\n"]))
    make_chat_model(lab, upstream="odd")
    streamed(live, key)
    settled_record("partial")
    assert Attempt.objects.get().reason == "upstream_truncated unreadable:1"


@pytest.mark.parametrize("stream", [True, False])
def test_halves_of_characters_reach_the_caller_whole(live, key, lab, provider, stream):
    cut = [frame(fake.chunk({"content": half})) for half in ("a\ud83d", "\ude00", "b\ud83d")]
    provider.script("odd", events([*cut, frame(fake.chunk({}, "length")), USED, DONE]))
    make_chat_model(lab, upstream="odd")
    if stream:
        _, found = streamed(live, key)
        said, finish = text(found), found[-1]["choices"][0]["finish_reason"]
    else:
        choice = live.post("/chat/completions", key, json=ASK).json()["choices"][0]
        said, finish = choice["message"]["content"], choice["finish_reason"]
    assert (said, finish) == ("a\U0001f600b\ufffd", "length")
    settled_record("completed")


@pytest.mark.parametrize("stream", [True, False])
def test_halves_of_characters_reach_a_response_whole(live, key, lab, provider, stream):
    cut = [frame(fake.chunk({"content": half})) for half in ("a\ud83d", "\ude00")]
    provider.script("odd", events([*cut, *END]))
    make_chat_model(lab, upstream="odd")
    answer = live.post("/responses", key, json={"model": "lab/talker", "input": "Hi", "stream": stream})
    lines = [line for line in answer.text.split("\n") if "response.completed" in line and "data: " in line]
    found = json.loads(lines[0].removeprefix("data: "))["response"] if stream else answer.json()
    assert found["output"][0]["content"][0]["text"] == "a\U0001f600"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("as_event", [True, False])
@pytest.mark.parametrize(("value", "status", "param", "code"), REFUSALS)
def test_a_refusal_in_a_200_is_told_and_not_tried_elsewhere(
    live, key, second, provider, value, status, param, code, as_event, stream
):
    body = scenarios.body(json.dumps(value).encode())
    provider.script("no", events([frame(value), DONE]) if as_event else body)
    other = second("no")
    answer = live.post("/chat/completions", key, json={**ASK, "stream": stream})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, status, param)
    assert error["metadata"]["upstream_code"] == code
    assert (error["type"], error["message"] != "") == ("invalid_request_error", True)
    assert (len(provider.requests), other.requests) == (1, [])
    assert settled_record("failed").status == status


def test_a_model_that_one_provider_does_not_know_is_asked_of_the_next(live, key, second, provider):
    provider.script("no", scenarios.body(json.dumps(UNKNOWN).encode()))
    other = second("no")
    answer = live.post("/chat/completions", key, json=ASK)
    assert (answer.status_code, len(other.requests)) == (200, 1)
    assert answer.headers["x-polyphony-provider"] == "Second"


def test_a_model_that_no_provider_knows_is_not_found(live, key, lab, provider):
    provider.script("no", scenarios.body(json.dumps(UNKNOWN).encode()))
    make_chat_model(lab, upstream="no")
    answer = live.post("/chat/completions", key, json=ASK)
    error = answer.json()["error"]
    assert (answer.status_code, error["metadata"]["error_type"]) == (404, "not_found")
    assert error["message"] == UNKNOWN["message"]


@pytest.mark.parametrize(
    "late",
    [
        frame(VLLM),
        frame(FASTAPI),
        frame({"message": VLLM["message"]}, "error"),
        b"event: error\ndata: The prompt has 9,000 tokens.\n\n",
        b"error: " + json.dumps(VLLM).encode() + b"\n\n",
        frame({"error": VLLM}, "error"),
        frame([{"error": VLLM}]),
    ],
)
def test_an_error_between_words_ends_them_as_an_error(live, key, lab, provider, late):
    provider.script("late", events([*WORDS, late, DONE]))
    make_chat_model(lab, upstream="late")
    answer, found = streamed(live, key)
    assert (answer.status_code, text(found)) == (200, "Hello")
    assert found[-1]["choices"][0]["finish_reason"] == "error"
    assert ("9,000 tokens" in found[-1]["error"]["message"]) is (late != frame(FASTAPI))
    record = settled_record("partial")
    assert (record.cost > 0, Attempt.objects.get().outcome) == (True, "partial")


def test_an_error_with_usage_keeps_its_usage_cost_and_reason(live, key, lab, provider):
    chunk = fake.chunk({"content": ""}, "error", native_finish_reason="MALFORMED_FUNCTION_CALL")
    usage = {"prompt_tokens": 43, "completion_tokens": 10, "total_tokens": 53, "cost": 0}
    error = {"code": 502, "message": "Provider returned error"}
    provider.script("late", events([*WORDS, frame({**chunk, "usage": usage, "error": error}), DONE]))
    make_chat_model(lab, upstream="late").endpoints.update(options={"router": True})
    _, found = streamed(live, key)
    last = found[-1]
    assert (last["usage"]["prompt_tokens"], last["usage"]["completion_tokens"]) == (43, 10)
    assert last["usage"]["cost"] == 0
    assert last["choices"][0]["finish_reason"] == "error"
    assert last["choices"][0]["native_finish_reason"] == "MALFORMED_FUNCTION_CALL"
    record = settled_record("partial")
    assert (record.cost, record.basis) == (0, "reported")


def test_words_of_providers_for_the_end_are_openai_s(live, key, lab, provider):
    provider.script("odd", events([*WORDS, frame(fake.chunk({}, "MAX_TOKENS")), USED, DONE]))
    make_chat_model(lab, upstream="odd")
    _, found = streamed(live, key)
    choice = found[-1]["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("length", "MAX_TOKENS")


def test_what_groq_s_model_generated_reaches_the_caller(live, key, lab, provider):
    error = {"message": "Failed to call a function.", "code": "tool_use_failed", "failed_generation": "{x"}
    provider.script("no", scenarios.status(400, {"error": {**error, "type": "invalid_request_error"}}))
    make_chat_model(lab, upstream="no")
    answer = live.post("/chat/completions", key, json=ASK)
    metadata = answer.json()["error"]["metadata"]
    assert (answer.status_code, metadata["provider_code"]) == (400, "upstream_refused")
    assert (metadata["upstream_code"], metadata["failed_generation"]) == ("tool_use_failed", "{x")
