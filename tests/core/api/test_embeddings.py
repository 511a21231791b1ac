"""`POST embeddings` over HTTP."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from core.api.files.incoming_folder import incoming_folder
from core.models import AIModel, Budget, UsageRecord
from tests.core.api.embedding_helpers import HELLO, PRICE, SLUG, make_embedding_model, numbers
from tests.core.api.image_helpers import data_url, picture

PICTURE = {"type": "image_url", "image_url": {"url": data_url(picture())}}
FOX = {"type": "text", "text": "A fox"}


@pytest.fixture(autouse=True)
def vectors(transactional_db) -> AIModel:
    return make_embedding_model()


def refused(answer, status: int = 400) -> dict:
    """The error of a refusal."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status), error
    return error


def post(live, key, **fields):
    return live.post("/embeddings", key, json={**HELLO, **fields})


def test_a_text_becomes_a_vector(live, key):
    answer = post(live, key)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (item,) = found.pop("data")
    vector = item.pop("embedding")
    assert item == {"object": "embedding", "index": 0}
    assert (len(vector), round(math.hypot(*vector), 5)) == (64, 1.0)
    record = UsageRecord.objects.get()
    assert found == {
        "object": "list",
        "model": SLUG,
        "usage": {"prompt_tokens": 2, "total_tokens": 2, "cost": 0.02},
        "id": record.public_id,
    }
    assert (record.task, record.outcome, record.cost, record.units) == (
        "embedding", "completed", 2 * PRICE, {"text_in.token": 2.0},
    )  # fmt: skip


def test_its_headers_are_those_of_every_answer(live, key):
    answer = post(live, key)
    wanted = {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "private, no-store",
        "x-generation-id": UsageRecord.objects.get().public_id,
        "x-polyphony-provider": "Stage",
        "x-polyphony-model": SLUG,
        "x-polyphony-cost": "0.02",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted


def test_base64_has_the_same_numbers(live, key):
    plain, encoded = (post(live, key, encoding_format=form).json() for form in ("float", "base64"))
    assert numbers(encoded["data"][0]["embedding"]) == plain["data"][0]["embedding"]


def test_many_inputs_are_answered_in_their_order(live, key):
    texts = ["one", "two", "three", "one"]
    data = post(live, key, input=texts).json()["data"]
    assert [item["index"] for item in data] == [0, 1, 2, 3]
    single = post(live, key, input="two").json()["data"][0]["embedding"]
    assert data[1]["embedding"] == single
    assert data[0]["embedding"] == data[3]["embedding"] != single


def test_dimensions_shorten_the_vector(live, key):
    data = post(live, key, dimensions=8).json()["data"]
    assert len(data[0]["embedding"]) == 8


def test_token_ids_are_one_input_and_lists_of_them_are_many(live, key):
    one, many = (post(live, key, input=value).json() for value in ([1, 2, 3], [[1, 2, 3], [4]]))
    assert [len(answer["data"]) for answer in (one, many)] == [1, 2]
    assert one["data"][0]["embedding"] == many["data"][0]["embedding"]
    assert [answer["usage"]["prompt_tokens"] for answer in (one, many)] == [3, 4]


def test_images_are_inputs_too(live, key):
    answer = post(live, key, input=[{"content": [FOX, PICTURE]}, {"content": [FOX]}])
    assert (answer.status_code, len(answer.json()["data"])) == (200, 2)
    assert UsageRecord.objects.get().units == {"text_in.token": 4.0, "image_in.image": 1.0}
    assert list(incoming_folder().iterdir()) == []


def test_a_large_picture_comes_from_the_disk(live, key):
    large = {"type": "image_url", "image_url": {"url": data_url(picture() + bytes(400_000))}}
    answer = post(live, key, input=[{"content": [large]}])
    assert (answer.status_code, answer.json()["usage"]["prompt_tokens"]) == (200, 0)
    assert list(incoming_folder().iterdir()) == []


TOKENS = "whole numbers from 0"


@pytest.mark.parametrize(
    ("value", "param", "words"),
    [
        ("", "input", "must not be empty"),
        ([], "input", "must not be empty"),
        (["one", ""], "input[1]", "must not be empty"),
        (["one", 2], "input[1]", "must be a text"),
        ([[1], "one"], "input[1]", "must be a list of token ids"),
        ([[1], []], "input[1]", "must not be empty"),
        ([1, "one"], "input", TOKENS),
        ([1, True], "input", TOKENS),
        ([[1, -1]], "input[0]", TOKENS),
        ([1.5], "input", "must be a text, a list of texts"),
        (7, "input", "must be a text, a list of texts"),
        (["x"] * 2049, "input", "has 2,049 entries; at most 2,048"),
        ([[1] * 9, [1]], "input[0]", "has 9 tokens; stage/vectors takes at most 8"),
        ("x" * 40_001, "input", "has 40,001 characters"),
        ([{"content": [PICTURE] * 60}, {"content": [PICTURE] * 5}], "input", "has 65 images; at most 64"),
        ([{"content": []}], "input[0].content", "must be a list of parts"),
        ([{"content": [{"type": "text", "text": ""}]}], "input[0].content[0].text", "must not be empty"),
        ([{"content": [{"type": "file"}]}], "input[0].content[0].type", "no other files"),
        ([{"content": [{"type": "dance"}]}], "input[0].content[0].type", "must be text or image_url"),
        (
            [{"content": [{"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}]}],
            "input[0].content[0].image_url.url",
            "Addresses are not fetched",
        ),
        (
            [{"content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}],
            "input[0].content[0].image_url.url",
            "",
        ),
    ],
)
def test_what_is_no_input_is_refused_by_its_place(live, key, value, param, words):
    answer = post(live, key, input=value)
    error = refused(answer)
    assert (error["param"], words in error["message"]) == (param, True), error
    assert UsageRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 4097}, "dimensions"),
        ({"encoding_format": "int8"}, "encoding_format"),
        ({"input_type": 3}, "input_type"),
        ({"user": 3}, "user"),
        ({"model": ""}, "model"),
        ({"api_key": "x"}, "api_key"),
    ],
)
def test_other_fields_are_checked(live, key, fields, param):
    assert refused(post(live, key, **fields))["param"] == param


def test_a_model_without_a_feature_says_so(live, key, vectors):
    AIModel.objects.filter(pk=vectors.pk).update(
        features=[], input_modalities=["text"], limits={"inputs": 2, "dimensions": 64}
    )
    live.refresh()
    for fields, param, words in (
        ({"dimensions": 8}, "dimensions", "makes vectors of 64 numbers only"),
        ({"input": [1, 2]}, "input", "takes texts, no token ids"),
        ({"input": [{"content": [PICTURE]}]}, "input", "takes no images"),
        ({"input": ["a", "b", "c"]}, "input", "takes at most 2"),
    ):
        error = refused(post(live, key, **fields))
        assert (error["param"], words in error["message"]) == (param, True), error
    answer = post(live, key, dimensions=64, input_type="search_query")
    assert (answer.status_code, answer.headers["x-polyphony-ignored"]) == (200, "input_type")


def test_strict_servers_refuse_a_use_that_changes_nothing(live, key, vectors, settings):
    AIModel.objects.filter(pk=vectors.pk).update(features=[])
    live.refresh()
    settings.STRICT_REQUESTS = True
    assert refused(post(live, key, input_type="search_query"))["param"] == "input_type"


def test_another_tasks_model_is_told_where_to_go(live, key):
    answer = live.post("/audio/speech", key, json=HELLO)
    assert "call /embeddings" in refused(answer)["message"]


def test_the_same_key_is_answered_once(live, key):
    headers = {"Idempotency-Key": "again"}
    first, second = (live.post("/embeddings", key, json=HELLO, headers=headers) for _ in range(2))
    assert (second.content, second.headers["idempotent-replayed"]) == (first.content, "true")
    assert UsageRecord.objects.count() == 1


def test_a_budget_stops_it_before_it_is_sent(live, key, alice):
    Budget.objects.create(user=alice, limit=Decimal("0.01"))
    live.refresh()
    refused(post(live, key, input="word " * 200), 402)
    assert UsageRecord.objects.filter(outcome="completed").count() == 0


def test_a_failure_of_the_provider_is_told_and_costs_nothing(live, key, vectors):
    vectors.endpoints.update(options={"fail": "500"})
    live.refresh()
    error = refused(post(live, key), 502)
    record = UsageRecord.objects.get()
    assert (error["metadata"]["generation_id"], record.outcome, record.cost) == (
        record.public_id,
        "failed",
        0,
    )


def test_vectors_that_broke_off_are_no_answer(live, key, vectors):
    vectors.endpoints.update(options={"fail": "cut", "cut_after": 1})
    live.refresh()
    assert post(live, key, input=["one", "two"]).status_code in (502, 503)


def test_a_generation_can_be_looked_up(live, key):
    answer = post(live, key)
    found = live.get(f"/generation?id={answer.json()['id']}", key).json()["data"]
    assert (found["api_type"], found["tokens_prompt"], found["total_cost"]) == ("embeddings", 2, 0.02)


def test_the_models_that_make_vectors_are_listed(live, key):
    found = live.get("/embeddings/models", key).json()
    assert [model["id"] for model in found["data"]] == [SLUG]


def test_a_large_answer_is_whole(live, key):
    texts = [f"text {at}" for at in range(300)]
    data = post(live, key, input=texts, dimensions=3072, encoding_format="base64").json()["data"]
    assert [item["index"] for item in data] == list(range(300))
    assert {len(numbers(item["embedding"])) for item in data} == {3072}
    plain = post(live, key, input=texts, dimensions=3072).json()["data"]
    assert plain[299]["embedding"] == numbers(data[299]["embedding"])
