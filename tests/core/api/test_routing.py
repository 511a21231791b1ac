"""Fallback models, retries and time limits of the caller, over real HTTP: who is asked, what it costs."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest

from core.access import keys
from core.models import ApiKey, Attempt, Budget, Endpoint, Price, UsageRecord
from tests.core.api.chat_helpers import ASK, chunks, make_chat_model, text
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.embedding_helpers import HELLO, make_embedding_model
from tests.core.api.embedding_helpers import SLUG as VECTORS
from tests.core.api.image_helpers import PRICE, SLUG, make_image_model, picture
from tests.core.api.records import settled_record
from tests.core.api.transcription_helpers import WAV, make_transcription_model
from tests.fakes.chat import IMAGE, TEXT

ONCE = {"retry": {"count": 1, "on_codes": [418]}}
"""No status is tried again."""
COST = Decimal("0.00112")
SPARE = COST * 2
"""What the fake's answer costs at `lab/talker` and at `lab/spare`."""
PNG = f"data:image/png;base64,{base64.b64encode(IMAGE).decode()}"


def dearer(model) -> None:
    for price in Price.objects.filter(endpoint__model=model):
        price.usd_per_unit *= 2
        price.save()


@pytest.fixture
def spare(lab):
    """`lab/spare` answers, at twice the price of `lab/talker`."""
    model = make_chat_model(lab, slug="lab/spare", upstream="spare")
    dearer(model)
    return model


def ask(live, key, **fields: Any):
    return live.post("/chat/completions", key, json={**ASK, **fields})


def asked(provider) -> list[str]:
    return [seen.json["model"] for seen in provider.requests]


def attempts() -> list[tuple[str, str, int | None]]:
    found = Attempt.objects.order_by("number")
    return [(one.model, one.outcome, one.status) for one in found]


def total() -> Decimal:
    return sum(Attempt.objects.values_list("cost", flat=True), Decimal(0))


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("limited", 429),
        ("failing", 502),
        ("denied", 502),
        ("error-in-200", 502),
        ("hang-up", 502),
        ("garbage", 502),
    ],
)
def test_a_fallback_answers_in_place_of_a_model_that_fails(live, key, lab, provider, spare, scenario, status):
    make_chat_model(lab, upstream=scenario)
    answer = ask(live, key, fallbacks=["lab/spare"], **ONCE)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/spare")
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    assert asked(provider) == [scenario, "spare"]
    assert attempts() == [(scenario, "failed", status), ("spare", "completed", None)]
    names = ("x-polyphony-model", "x-polyphony-provider", "x-polyphony-attempts")
    assert [answer.headers[name] for name in names] == ["lab/spare", "Lab", "2"]
    record = settled_record("completed")
    assert (record.model, record.provider, record.cost) == ("lab/spare", "lab", total())
    assert Attempt.objects.get(number=2).cost == SPARE
    assert answer.json()["usage"]["cost"] == pytest.approx(float(record.cost))


def test_a_stream_names_the_model_that_answers(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    answer = ask(live, key, fallbacks=[{"model": "lab/spare"}], stream=True, **ONCE)
    found = chunks(answer.text)
    assert (text(found), {chunk["model"] for chunk in found}) == (TEXT, {"lab/spare"})
    assert settled_record("completed").cost == SPARE


def test_a_response_names_the_model_that_answers(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    body = {"model": "lab/talker", "input": "Tell me of the fox.", "fallbacks": ["lab/spare"], **ONCE}
    assert live.post("/responses", key, json=body).json()["model"] == "lab/spare"
    streamed = live.post("/responses", key, json={**body, "stream": True}).text
    assert '"model":"lab/spare"' in streamed
    assert '"model":"lab/talker"' not in streamed


def test_after_the_first_words_no_other_model_is_asked(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="cut")
    answer = ask(live, key, fallbacks=["lab/spare"], stream=True)
    assert chunks(answer.text)[-1]["error"]["code"] == 502
    assert asked(provider) == ["cut"]
    assert settled_record("partial").model == "lab/talker"


def test_silence_ends_with_the_callers_time_limit(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="nothing")
    answer = ask(live, key, fallbacks=["lab/spare"], timeout={"call_timeout": 300}, **ONCE)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/spare")
    assert attempts() == [("nothing", "failed", 504), ("spare", "completed", None)]


def test_a_slow_answer_is_awaited(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="slow")
    answer = ask(live, key, fallbacks=["lab/spare"], timeout={"call_timeout": 60_000}, stream=True)
    assert {chunk["model"] for chunk in chunks(answer.text)} == {"lab/talker"}
    assert asked(provider) == ["slow"]


def test_a_refused_connection_moves_on(live, key, lab, provider, spare):
    make_chat_model(make_provider("gone", "http://127.0.0.1:9/v1"), upstream="gone")
    answer = ask(live, key, fallbacks=["lab/spare"], **ONCE)
    assert (answer.json()["model"], answer.headers["x-polyphony-provider"]) == ("lab/spare", "Lab")
    assert [(one.provider, one.cost) for one in Attempt.objects.order_by("number")] == [
        ("gone", 0),
        ("lab", SPARE),
    ]


def test_when_all_fail_the_error_lists_the_attempts(live, key, lab, provider):
    make_chat_model(lab, upstream="failing")
    make_chat_model(lab, upstream="denied", slug="lab/spare")
    make_model(lab, "lab/alto", upstream="ok")
    error = ask(live, key, fallbacks=["lab/alto", "lab/spare"], **ONCE).json()["error"]
    assert error["metadata"]["provider_code"] == "upstream_auth"
    assert error["metadata"]["previous_errors"] == [
        {"provider": "Lab", "model": "lab/talker", "code": "upstream_failed", "status": 502}
    ]
    (skipped,) = error["metadata"]["skipped_models"]
    assert (skipped["model"], skipped["code"]) == ("lab/alto", "wrong_endpoint")
    record = settled_record("failed")
    assert (record.model, record.state, record.cost) == ("lab/spare", "released", 0)


def test_a_fallback_that_cannot_take_the_parts_is_skipped_and_named(
    live, key, lab, provider, spare, bob, charlie
):
    make_chat_model(lab, upstream="failing")
    make_chat_model(lab, slug="lab/blind", upstream="blind", input_modalities=["text"])
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PNG}}]
    messages = [{"role": "user", "content": parts}]
    answer = ask(live, key, messages=messages, fallbacks=["lab/blind", "lab/spare"], **ONCE)
    assert asked(provider) == ["failing", "spare"]
    assert answer.headers["x-polyphony-skipped"] == "lab/blind (unsupported_value)"
    (skipped,) = settled_record("completed").skipped_models
    assert skipped == skipped | {"model": "lab/blind", "code": "unsupported_value"}
    url = f"/generation?id={answer.headers['x-generation-id']}"
    told = live.get(url, key).json()["data"]
    assert told["skipped_models"] == [skipped]
    assert [(one["model_permaslug"], one["reason"]) for one in told["provider_responses"]] == [
        ("failing", "upstream_failed"),
        ("spare", None),
    ]
    assert live.get(url, keys.issue(bob)[0]).status_code == 404
    assert live.get(url, keys.issue(charlie)[0]).status_code == 404


def test_a_record_has_no_models_that_were_all_asked(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    ask(live, key, fallbacks=["lab/spare"], **ONCE)
    assert settled_record("completed").skipped_models is None


def test_a_first_model_that_no_provider_serves_is_skipped(live, key, lab, provider, spare):
    closed = make_provider("closed", "http://127.0.0.1:9/v1")
    closed.needs_key = True
    closed.save()
    make_chat_model(closed)
    answer = ask(live, key, fallbacks=["lab/spare"])
    assert (answer.json()["model"], answer.headers["x-polyphony-attempts"]) == ("lab/spare", "1")
    assert answer.headers["x-polyphony-skipped"] == "lab/talker (provider_needs_key)"
    assert settled_record("completed").model == "lab/spare"


@pytest.mark.parametrize(
    ("codes", "models"),
    [([500], ["failing", "spare"]), ([502], ["failing", "spare"]), ([429, 503], ["failing"])],
)
def test_only_the_named_statuses_are_followed_by_a_fallback(live, key, lab, provider, spare, codes, models):
    make_chat_model(lab, upstream="failing")
    ask(live, key, fallbacks=["lab/spare"], fallback_on_codes=codes, **ONCE)
    assert asked(provider) == models


@pytest.mark.parametrize(("field", "models"), [("models", ["bad", "spare"]), ("fallbacks", ["bad"])])
def test_models_follow_a_refused_request_too(live, key, lab, provider, spare, field, models):
    provider.script("bad", *[refusing] * 2)
    make_chat_model(lab, upstream="bad")
    ask(live, key, **{field: ["lab/talker", "lab/spare"]}, **ONCE)
    assert asked(provider) == models


async def refusing(exchange) -> None:
    await exchange.reply(400, b'{"error": {"message": "Too long.", "code": "context_length_exceeded"}}')


def test_the_first_of_models_needs_no_model(live, key, lab, provider, spare):
    body = {"models": ["lab/spare"], "messages": ASK["messages"]}
    assert live.post("/chat/completions", key, json=body).json()["model"] == "lab/spare"


@pytest.mark.parametrize(
    ("retry", "count"),
    [({"count": 1}, 2), ({"count": 1, "on_codes": [500]}, 2), ({"count": 5, "on_codes": [429]}, 1)],
)
def test_further_tries_at_the_same_endpoint(live, key, lab, provider, retry, count):
    make_chat_model(lab, upstream="failing")
    answer = ask(live, key, orq={"retries": retry})
    assert (answer.status_code, asked(provider)) == (502, ["failing"] * count)


def test_a_fallback_that_does_not_exist_is_refused_by_its_field(live, key, lab, provider):
    make_chat_model(lab)
    error = ask(live, key, fallbacks=["lab/talker", {"model": "lab/none"}]).json()["error"]
    assert (error["code"], error["param"]) == (404, "fallbacks[1].model")
    assert (asked(provider), UsageRecord.objects.count()) == ([], 0)


def test_a_key_may_not_fall_back_on_a_model_of_others(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    restricted = ApiKey.objects.get()
    restricted.allowed_models = ["lab/talker"]
    restricted.save()
    live.refresh()
    error = ask(live, key, models=["lab/talker", "lab/spare"]).json()["error"]
    assert (error["code"], error["param"]) == (403, "models[1]")
    balancer = {"type": "round_robin", "models": ["lab/talker", "lab/spare"]}
    error = ask(live, key, load_balancer=balancer).json()["error"]
    assert (error["code"], error["param"]) == (403, "load_balancer.models[1].model")
    assert (asked(provider), UsageRecord.objects.count()) == ([], 0)


def test_the_dearest_model_is_reserved_for(live, key, lab, provider, spare, alice):
    budget = Budget.objects.create(user=alice, limit=5)
    make_chat_model(lab, upstream="failing")
    live.refresh()
    ask(live, key, model="lab/spare")
    ask(live, key, fallbacks=["lab/spare"], **ONCE)
    alone, fallen = UsageRecord.objects.order_by("pk")
    assert fallen.estimate == alone.estimate > SPARE
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, SPARE * 2)


def test_a_budget_shortens_the_answer_of_a_fallback(live, key, lab, provider, spare, alice):
    Budget.objects.create(user=alice, limit="0.2")
    make_chat_model(lab, upstream="failing")
    live.refresh()
    assert ask(live, key, fallbacks=["lab/spare"], **ONCE).status_code == 200
    first, second = (seen.json["max_tokens"] for seen in provider.requests)
    assert second * Decimal("0.0002") < Decimal("0.2")
    assert 256 <= second < first


def test_a_fallback_without_a_price_is_skipped_where_a_budget_counts(live, key, lab, provider, alice):
    make_chat_model(lab, upstream="failing")
    make_model(
        lab, "lab/free", upstream="free", price=None, tasks=["chat"], output_modalities=["text"], limits={}
    )
    answer = ask(live, key, fallbacks=["lab/free"], **ONCE)
    assert answer.json()["model"] == "lab/free"
    Budget.objects.create(user=alice, limit=5)
    live.refresh()
    error = ask(live, key, fallbacks=["lab/free"], **ONCE).json()["error"]
    assert [one["code"] for one in error["metadata"]["skipped_models"]] == ["unpriced_model"]


def test_models_take_turns(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="talker")
    balancer = {"type": "round_robin", "models": [{"model": "lab/talker"}, {"model": "lab/spare"}]}
    found = [ask(live, key, load_balancer=balancer).json()["model"] for _ in range(4)]
    assert sorted(found[:2]) == sorted(found[2:]) == ["lab/spare", "lab/talker"]
    assert found[:2] == found[2:]


def test_a_model_without_weight_is_never_chosen(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="talker")
    models = [{"model": "lab/talker", "weight": 0}, {"model": "lab/spare", "weight": 0.3}]
    for _ in range(3):
        assert ask(live, key, load_balancer={"models": models}).json()["model"] == "lab/spare"


def test_what_a_balancer_chose_has_fallbacks(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    balancer = {"type": "round_robin", "models": ["lab/talker"]}
    answer = ask(live, key, model="lab/spare", load_balancer=balancer, fallbacks=["lab/spare"], **ONCE)
    assert (answer.json()["model"], asked(provider)) == ("lab/spare", ["failing", "spare"])


def test_speech_falls_back_in_its_own_format_and_voice(live, key, lab, provider):
    make_model(lab, "lab/alto", upstream="failing")
    make_model(lab, "lab/bass", upstream="bass", price="0.00002")
    body = {
        "model": "lab/alto",
        "input": "Hello",
        "response_format": "wav",
        "fallbacks": ["lab/bass"],
        **ONCE,
    }
    answer = live.post("/audio/speech", key, json=body)
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, "lab/bass")
    assert answer.content[:4] == b"RIFF"
    record = settled_record("completed")
    assert (record.model, record.cost) == ("lab/bass", Decimal("0.0001"))


@pytest.mark.parametrize("path", ["/audio/transcriptions", "/audio/translations"])
def test_a_form_names_fallbacks(live, key, lab, provider, path):
    make_transcription_model(lab, upstream="failing")
    make_transcription_model(lab, slug="lab/spare", upstream="spare")
    data = {
        "model": "lab/ear",
        "fallbacks[][model]": "lab/spare",
        "retry[count]": "1",
        "retry[on_codes][]": "418",
    }
    answer = live.post(path, key, data=data, files={"file": ("speech.wav", WAV)})
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, "lab/spare")
    assert settled_record("completed").model == "lab/spare"


@pytest.mark.parametrize("stream", [False, True])
def test_a_picture_is_drawn_by_a_fallback(live, key, alice, stream):
    make_image_model("stage/broken", fail="500")
    make_image_model()
    form = {
        "prompt": "A fox", "model": "stage/broken", "fallbacks": f'["{SLUG}"]', "fallback_on_codes[]": "500",
        "size": "64x48", "orq": '{"retry": {"count": 1, "on_codes": [418]}}', "stream": str(stream).lower(),
    }  # fmt: skip
    files = {"image": ("fox.png", picture(), "image/png")}
    answer = live.post("/images/edits", key, data=form, files=files)
    assert (answer.status_code, answer.headers["x-polyphony-attempts"]) == (200, "2")
    assert answer.headers["x-polyphony-model"] == SLUG
    record = settled_record("completed")
    assert (record.model, record.cost) == (SLUG, PRICE)


def test_texts_are_turned_into_vectors_by_a_fallback(live, key, alice):
    make_embedding_model("stage/broken", fail="500")
    make_embedding_model()
    answer = live.post(
        "/embeddings", key, json={**HELLO, "model": "stage/broken", "models": [VECTORS], **ONCE}
    )
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, VECTORS)
    assert answer.json()["model"] == VECTORS
    record = settled_record("completed")
    assert (record.model, record.cost) == (VECTORS, total())


def test_the_cache_keeps_no_answer_of_a_fallback(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    asked_for = {"fallbacks": ["lab/spare"], "cache": {"type": "exact_match", "ttl": 60}, **ONCE}
    found = [ask(live, key, **asked_for) for _ in range(2)]
    assert [answer.json()["model"] for answer in found] == ["lab/spare"] * 2
    assert asked(provider) == ["failing", "spare"] * 2


def test_the_generation_has_every_attempt(live, key, lab, provider, spare):
    make_chat_model(lab, upstream="failing")
    id = ask(live, key, fallbacks=["lab/spare"], **ONCE).json()["id"]
    data = live.get(f"/generation?id={id}", key).json()["data"]
    assert (data["model"], data["provider_name"]) == ("lab/spare", "Lab")
    assert [(one["model_permaslug"], one["status"]) for one in data["provider_responses"]] == [
        ("failing", 502),
        ("spare", 200),
    ]
    endpoints = [str(Endpoint.objects.get(upstream_id=name).pk) for name in ("failing", "spare")]
    assert [one["endpoint_id"] for one in data["provider_responses"]] == endpoints
