"""OpenAI's client asks for base64 unless told otherwise, and decodes it."""

from __future__ import annotations

import math

import openai
import pytest

from tests.core.api.embedding_helpers import PRICE, SLUG, make_embedding_model


@pytest.fixture(autouse=True)
def vectors(transactional_db):
    return make_embedding_model()


def test_a_text(client):
    found = client.embeddings.create(model=SLUG, input="Hello there")
    (item,) = found.data
    assert (item.object, item.index, len(item.embedding)) == ("embedding", 0, 64)
    assert round(math.hypot(*item.embedding), 5) == 1.0
    assert (found.object, found.model) == ("list", SLUG)
    assert (found.usage.prompt_tokens, found.usage.total_tokens, found.usage.cost) == (2, 2, float(2 * PRICE))


def test_numbers_are_the_same(client):
    asked = {"model": SLUG, "input": ["one", "two"], "dimensions": 16, "user": "u-1"}
    encoded = client.embeddings.create(**asked)
    plain = client.embeddings.create(**asked, encoding_format="float")
    assert [item.embedding for item in plain.data] == [list(item.embedding) for item in encoded.data]
    assert [len(item.embedding) for item in plain.data] == [16, 16]


def test_token_ids(client):
    found = client.embeddings.create(model=SLUG, input=[[1, 2], [3]])
    assert ([item.index for item in found.data], found.usage.prompt_tokens) == ([0, 1], 3)


def test_a_raw_answer_is_in_base64(client):
    raw = client.embeddings.with_raw_response.create(model=SLUG, input="Hello", encoding_format="base64")
    assert isinstance(raw.http_response.json()["data"][0]["embedding"], str)
    assert raw.headers["x-generation-id"].startswith("gen-")


def test_refusals(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.embeddings.create(model=SLUG, input=["one", ""])
    assert caught.value.param == "input[1]"
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="stage/nothing", input="one")
