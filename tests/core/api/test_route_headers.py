"""The headers that say which way a request went, of every task, whole and streamed, answered or failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Provider
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.embedding_helpers import HELLO, make_embedding_model
from tests.core.api.image_helpers import make_image_model
from tests.core.api.transcription_helpers import WAV, make_transcription_model

NAMES = ("x-polyphony-provider", "x-polyphony-attempts")
CACHE = "x-openrouter-cache-status"
RULES = {"retry": {"count": 1, "on_codes": [418]}, "cache": {"type": "exact_match", "ttl": 60}}
FORM = {"retry[count]": "1", "retry[on_codes][]": "418", "cache[type]": "exact_match"}


@pytest.fixture(autouse=True)
def on_disk(settings):
    settings.REDIS_URL = ""


def body(**fields: Any) -> dict[str, Any]:
    return {"json": {"model": "lab/first", "fallbacks": ["lab/second"], **RULES, **fields}}


def form(**fields: str) -> dict[str, Any]:
    data = {"model": "lab/first", "fallbacks[][model]": "lab/second", **FORM, **fields}
    return {"data": data, "files": {"file": ("speech.wav", WAV)}}


def hear(lab, slug: str, upstream: str) -> None:
    make_transcription_model(lab, slug=slug, upstream=upstream)


def chat(lab, slug: str, upstream: str) -> None:
    make_chat_model(lab, slug=slug, upstream=upstream)


Make = Callable[[Provider, str, str], object]
WIRE: list[tuple[str, Make, dict[str, Any]]] = [
    ("/chat/completions", chat, body(messages=ASK["messages"])),
    ("/chat/completions", chat, body(messages=ASK["messages"], stream=True)),
    ("/responses", chat, body(input="Tell me of the fox.")),
    ("/responses", chat, body(input="Tell me of the fox.", stream=True)),
    ("/audio/speech", make_model, body(input="Hello")),
    ("/audio/speech", make_model, body(input="Hello", stream_format="sse")),
    ("/audio/transcriptions", hear, form()),
    ("/audio/transcriptions", hear, form(stream="true")),
    ("/audio/translations", hear, form()),
]
LOCAL: list[tuple[str, Callable[..., object], dict[str, Any]]] = [
    ("/images/generations", make_image_model, body(prompt="A fox", size="64x48")),
    ("/images/generations", make_image_model, body(prompt="A fox", size="64x48", stream=True)),
    ("/embeddings", make_embedding_model, body(input=HELLO["input"])),
]


def told(answer) -> list[str]:
    return [answer.headers[name] for name in NAMES]


@pytest.mark.parametrize(("path", "make", "request_body"), WIRE)
def test_the_second_model_answers(live, key, lab, provider, path, make, request_body):
    make(lab, "lab/first", "failing")
    make(lab, "lab/second", "ok")
    answer = live.post(path, key, **request_body)
    assert (answer.status_code, told(answer)) == (200, ["Lab", "2"])
    assert (answer.headers["x-polyphony-model"], answer.headers[CACHE]) == ("lab/second", "MISS")
    assert answer.headers["x-generation-id"].startswith("gen-")


@pytest.mark.parametrize(("path", "make", "request_body"), WIRE)
def test_both_models_fail(live, key, lab, provider, path, make, request_body):
    make(lab, "lab/first", "failing")
    make(make_provider("annex", provider.url), "lab/second", "denied")
    answer = live.post(path, key, **request_body)
    assert (answer.status_code, told(answer)) == (502, ["Annex", "2"])
    assert answer.headers["x-generation-id"] == answer.json()["error"]["metadata"]["generation_id"]


@pytest.mark.parametrize(("path", "make", "request_body"), LOCAL)
def test_the_second_picture_or_vector_is_made(live, key, alice, path, make, request_body):
    make("lab/first", fail="500")
    make("lab/second")
    answer = live.post(path, key, **request_body)
    assert (answer.status_code, told(answer)) == (200, ["Stage", "2"])
    assert (answer.headers["x-polyphony-model"], answer.headers[CACHE]) == ("lab/second", "MISS")
    again = live.post(path, key, **request_body)
    assert (told(again), again.headers[CACHE]) == (["Stage", "2"], "MISS")


@pytest.mark.parametrize(("path", "make", "request_body"), LOCAL)
def test_no_picture_or_vector_is_made(live, key, alice, path, make, request_body):
    make("lab/first", fail="500")
    make("lab/second", fail="auth")
    answer = live.post(path, key, **request_body)
    assert (answer.status_code, told(answer)) == (502, ["Stage", "2"])


def test_an_answer_from_the_cache_took_no_attempt(live, key, lab, provider):
    make_chat_model(lab, slug="lab/first", upstream="ok")
    asked = {"json": {"model": "lab/first", "messages": ASK["messages"], **RULES}}
    found = [live.post("/chat/completions", key, **asked) for _ in range(2)]
    assert [told(answer) for answer in found] == [["Lab", "1"], ["Lab", "0"]]
    assert [answer.headers[CACHE] for answer in found] == ["MISS", "HIT"]


def test_a_failure_names_the_models_that_were_not_asked(live, key, lab, provider):
    make_chat_model(lab, slug="lab/first", upstream="failing")
    make_model(lab, "lab/second", upstream="ok")
    answer = live.post("/chat/completions", key, **body(messages=ASK["messages"]))
    assert (answer.status_code, told(answer)) == (502, ["Lab", "1"])
    assert answer.headers["x-polyphony-skipped"] == "lab/second (wrong_endpoint)"


@pytest.mark.parametrize(("upstream", "status"), [("ok", 200), ("failing", 502)])
@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_with_a_name_that_no_header_can_have(live, key, lab, provider, upstream, status, stream):
    lab.name = "Хор é"
    lab.save()
    make_chat_model(lab, slug="lab/first", upstream=upstream)
    asked = {"model": "lab/first", "messages": ASK["messages"], "stream": stream}
    answer = live.post("/chat/completions", key, json=asked)
    assert (answer.status_code, answer.headers["x-polyphony-provider"]) == (status, "??? é")


def test_a_refused_request_went_no_way(live, key, lab, provider):
    answer = live.post("/chat/completions", key, json={"model": "lab/none", "messages": ASK["messages"]})
    assert answer.status_code == 404
    assert not [name for name in answer.headers if name.startswith("x-polyphony")]
