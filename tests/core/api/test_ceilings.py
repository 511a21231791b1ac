"""Ceilings of endpoints over real HTTP: who waits, who is asked instead, when a place is free again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from core.access.endpoints.ceilings import SharedCeilings
from core.access.endpoints.health import health
from core.models import Attempt, Endpoint, FallbackModel, Price, UsageRecord
from core.routing.ceilings import places
from core.routing.ceilings.places import Ceilings
from tests.core.api.chat_helpers import ASK, PRICES, make_chat_model
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.image_helpers import SLUG as PICTURES
from tests.core.api.image_helpers import make_image_model
from tests.core.api.records import settled_record
from tests.core.api.test_leaving import hang, leave
from tests.core.api.transcription_helpers import WAV, make_transcription_model
from tests.fakes import scenarios
from tests.fakes.chat import TEXT, chat
from tests.fakes.provider import Exchange, Scenario

ONCE = {"retry": {"count": 1, "on_codes": [418]}}
"""No status is tried again."""
AT_A_TIME = "Lab is full: it gets at most 1 request at a time."


@pytest.fixture(autouse=True)
def store(monkeypatch) -> SharedCeilings:
    found = SharedCeilings()
    monkeypatch.setattr(health, "ceilings", Ceilings(found))
    monkeypatch.setattr(places, "BEFORE_END", 0.3)
    return found


@pytest.fixture
def talker(lab):
    """`lab/talker` at the endpoint `first`."""
    return make_chat_model(lab, upstream="first")


@pytest.fixture
def second(talker, other_provider) -> Endpoint:
    """A further endpoint of `lab/talker`, asked after `first`."""
    talker.endpoints.update(priority=1)
    other = make_provider("other", other_provider.url)
    found = Endpoint.objects.create(model=talker, provider=other, upstream_id="second", priority=2)
    for kind, price in PRICES.items():
        Price.objects.create(endpoint=found, kind=kind, unit="token", usd_per_unit=price)
    other_provider.script("second", chat())
    return found


def limit(model, **ceilings: int) -> int:
    """Give the model's first endpoint ceilings; its id."""
    endpoint = model.endpoints.order_by("priority").first()
    Endpoint.objects.filter(pk=endpoint.pk).update(**ceilings)
    return endpoint.pk


def held(gate: threading.Event) -> Scenario:
    """Answers once the gate is open."""

    async def answer(exchange: Exchange) -> None:
        await asyncio.to_thread(gate.wait, 10)
        await chat()(exchange)

    return answer


def ask(live, key, **fields: Any) -> httpx.Response:
    return live.post("/chat/completions", key, json={**ASK, **ONCE, **fields})


@contextmanager
def occupied(live, key, provider) -> Iterator[threading.Event]:
    """A request of `lab/talker` has the only place of its first endpoint until the event is set."""
    gate, answers = threading.Event(), []
    provider.script("first", held(gate))
    live.refresh()
    thread = threading.Thread(target=lambda: answers.append(ask(live, key)))
    thread.start()
    provider.arrival()
    try:
        yield gate
    finally:
        gate.set()
        thread.join(10)
    assert [answer.status_code for answer in answers] == [200]


def test_an_endpoint_that_is_full_is_passed_over(live, key, talker, second, provider, other_provider, store):
    endpoint = limit(talker, parallel_requests=1)
    with occupied(live, key, provider):
        answer = ask(live, key)
        assert store.held(endpoint) == 1
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    names = ("x-polyphony-provider", "x-polyphony-attempts", "x-polyphony-skipped")
    assert [answer.headers[name] for name in names] == ["Other", "1", "lab/talker @ Lab (endpoint_full)"]
    assert (len(provider.requests), len(other_provider.requests), store.held(endpoint)) == (1, 1, 0)
    told = live.get(f"/generation?id={answer.json()['id']}", key).json()["data"]
    assert told["skipped_models"] == [
        {"model": "lab/talker", "provider": "Lab", "code": "endpoint_full", "reason": AT_A_TIME}
    ]
    assert [one["provider_name"] for one in told["provider_responses"]] == ["Other"]


def test_a_place_that_is_free_soon_is_awaited(live, key, talker, provider, store, monkeypatch):
    monkeypatch.setattr(places, "BEFORE_END", 10.0)
    endpoint = limit(talker, parallel_requests=1)
    with occupied(live, key, provider) as gate:
        threading.Timer(0.2, gate.set).start()
        answer = ask(live, key)
    assert (answer.status_code, "x-polyphony-skipped" in answer.headers) == (200, False)
    assert [one.outcome for one in Attempt.objects.all()] == ["completed"] * 2
    assert store.held(endpoint) == 0


def test_where_every_endpoint_is_full_the_caller_may_come_back(live, key, talker, provider):
    limit(talker, parallel_requests=1)
    with occupied(live, key, provider):
        answer = ask(live, key)
        error = answer.json()["error"]
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert (error["type"], error["metadata"]["provider_code"]) == ("endpoint_full", "endpoint_full")
        assert error["message"] == "Every endpoint of lab/talker is full at the moment."
        assert error["metadata"]["skipped_models"] == [
            {"model": "lab/talker", "provider": "Lab", "code": "endpoint_full", "reason": AT_A_TIME}
        ]
        assert UsageRecord.objects.count() == 1
    assert settled_record("completed").model == "lab/talker"


@pytest.mark.parametrize("stream", [True, False])
def test_requests_above_the_rate_go_to_the_next_endpoint(live, key, talker, second, provider, stream):
    limit(talker, requests_per_minute=2)
    found = [ask(live, key, stream=stream).headers["x-polyphony-provider"] for _ in range(3)]
    assert found == ["Lab", "Lab", "Other"]
    second.requests_per_minute = 1
    second.save()
    answer = ask(live, key, stream=stream)
    assert answer.headers["x-polyphony-provider"] == "Other"
    answer = ask(live, key, stream=stream)
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "endpoint_full")
    assert 20 < int(answer.headers["retry-after"]) <= 30
    reasons = [one["reason"] for one in answer.json()["error"]["metadata"]["skipped_models"]]
    assert reasons == [
        "Lab is full: it gets at most 2 requests a minute.",
        "Other is full: it gets at most 1 request a minute.",
    ]


def test_each_try_counts(live, key, talker, provider):
    limit(talker, requests_per_minute=2)
    provider.script("first", scenarios.status(500))
    answer = ask(live, key, retry={"count": 3, "on_codes": [500]})
    error = answer.json()["error"]
    assert (answer.status_code, len(provider.requests)) == (502, 2)
    assert (error["metadata"]["provider_code"], answer.headers["x-polyphony-attempts"]) == (
        "upstream_failed",
        "2",
    )
    assert [one["code"] for one in error["metadata"]["skipped_models"]] == ["endpoint_full"]
    (skipped,) = settled_record("failed").skipped_models
    assert (skipped["provider"], skipped["code"]) == ("Lab", "endpoint_full")


@pytest.mark.parametrize("data", [False, True])
def test_another_model_follows_one_that_is_full(live, key, lab, talker, provider, data):
    limit(talker, parallel_requests=1)
    spare = make_chat_model(lab, slug="lab/spare", upstream="spare")
    if data:
        FallbackModel.objects.create(model=talker, fallback=spare)
    with occupied(live, key, provider):
        answer = ask(live, key, **({} if data else {"fallbacks": ["lab/spare"]}))
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, "lab/spare")
    assert answer.headers["x-polyphony-skipped"] == "lab/talker @ Lab (endpoint_full)"
    record = UsageRecord.objects.get(model="lab/spare")
    assert [one["provider"] for one in record.skipped_models] == ["Lab"]


def test_the_last_failure_is_told_where_the_rest_was_full(live, key, lab, talker, provider):
    limit(talker, parallel_requests=1)
    make_chat_model(lab, slug="lab/broken", upstream="failing")
    with occupied(live, key, provider):
        answer = ask(live, key, model="lab/broken", fallbacks=["lab/talker"])
    error = answer.json()["error"]
    assert (answer.status_code, error["metadata"]["provider_code"]) == (502, "upstream_failed")
    assert [(one["model"], one["code"]) for one in error["metadata"]["skipped_models"]] == [
        ("lab/talker", "endpoint_full")
    ]
    (skipped,) = UsageRecord.objects.get(model="lab/broken").skipped_models
    assert (skipped["model"], skipped["provider"]) == ("lab/talker", "Lab")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", ["ok", "failing", "limited", "denied", "hang-up", "cut", "garbage"])
def test_a_place_is_free_again_however_a_call_ends(live, key, talker, provider, store, name, stream):
    endpoint = limit(talker, parallel_requests=1)
    talker.endpoints.update(upstream_id=name)
    ask(live, key, stream=stream)
    assert len(provider.requests) == 1
    wait_for_places(store, endpoint)


@pytest.mark.parametrize("stream", [True, False])
def test_a_place_is_free_again_when_the_caller_has_left(live, key, talker, provider, store, stream):
    endpoint = limit(talker, parallel_requests=1)
    provider.script("first", hang)
    leave(live, key, "/chat/completions", {**ASK, "stream": True})
    wait_for_places(store, endpoint)
    provider.script("first", chat())
    assert ask(live, key, stream=stream).status_code == 200


def wait_for_places(store: SharedCeilings, *endpoints: int) -> None:
    """Until all places are free; each was given up once, so that no endpoint has fewer than none."""
    for _ in range(500):
        if not any(map(store.held, endpoints)):
            return
        threading.Event().wait(0.01)
    raise AssertionError([store.held(endpoint) for endpoint in endpoints])


def late(seconds: float) -> Scenario:
    async def answer(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await chat()(exchange)

    return answer


@pytest.mark.parametrize(
    ("first", "other", "winner"), [(hang, chat(), "Other"), (late(0.5), hang, "Lab"), (hang, hang, None)]
)
def test_both_of_a_race_have_places_and_give_them_up(
    live, key, talker, second, provider, other_provider, store, first, other, winner
):
    limit(talker, parallel_requests=1)
    Endpoint.objects.filter(pk=second.pk).update(parallel_requests=1)
    provider.script("first", first)
    other_provider.script("second", other)
    asked = {"stream": True, "provider": {"hedge": 50}}
    if winner is None:
        leave(live, key, "/chat/completions", {**ASK, **asked})
    else:
        assert ask(live, key, **asked).headers["x-polyphony-provider"] == winner
    assert (len(provider.requests), len(other_provider.requests)) == (1, 1)
    wait_for_places(store, *talker.endpoints.values_list("pk", flat=True))


def test_no_second_is_asked_where_it_is_full(live, key, talker, second, provider, other_provider):
    Endpoint.objects.filter(pk=second.pk).update(requests_per_minute=1)
    provider.script("first", hang)
    assert ask(live, key, stream=True, provider={"hedge": 50}).headers["x-polyphony-provider"] == "Other"
    provider.script("first", late(0.4))
    answer = ask(live, key, stream=True, provider={"hedge": 50})
    assert (answer.headers["x-polyphony-provider"], answer.headers["x-polyphony-attempts"]) == ("Lab", "1")
    assert len(other_provider.requests) == 1


def test_only_the_first_endpoint_counts_where_no_other_may_be_asked(live, key, talker, second, provider):
    limit(talker, requests_per_minute=1)
    only = {"provider": {"allow_fallbacks": False}}
    assert ask(live, key, **only).headers["x-polyphony-provider"] == "Lab"
    answer = ask(live, key, **only)
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "endpoint_full")


SPEECH = {"model": "lab/alto", "input": "Hello"}


def speak(live, key) -> httpx.Response:
    return live.post("/audio/speech", key, json=SPEECH)


def transcribe(live, key) -> httpx.Response:
    return live.post("/audio/transcriptions", key, data={"model": "lab/ear"}, files={"file": ("a.wav", WAV)})


def translate(live, key) -> httpx.Response:
    return live.post("/audio/translations", key, data={"model": "lab/ear"}, files={"file": ("a.wav", WAV)})


def draw(live, key) -> httpx.Response:
    return live.post("/images/generations", key, json={"model": PICTURES, "prompt": "A fox", "size": "64x48"})


def respond(live, key) -> httpx.Response:
    return live.post("/responses", key, json={"model": "lab/talker", "input": "Tell me of the fox."})


@pytest.mark.parametrize("call", [speak, transcribe, translate, draw, respond])
def test_every_task_has_ceilings(live, key, lab, provider, talker, call):
    make_model(lab, "lab/alto")
    make_transcription_model(lab)
    make_image_model()
    Endpoint.objects.update(requests_per_minute=1)
    assert call(live, key).status_code == 200
    refused = call(live, key)
    assert (refused.status_code, refused.json()["error"]["type"]) == (503, "endpoint_full")
