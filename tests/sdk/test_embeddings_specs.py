"""Vectors against the published documents of OpenAI and OpenRouter, where those are provided."""

from __future__ import annotations

import jsonschema_rs
import pytest

from tests.core.api.embedding_helpers import HELLO, make_embedding_model
from tests.core.api.image_helpers import data_url, picture
from tests.sdk.test_specs import answer_schema, check

IMAGE = {"type": "image_url", "image_url": {"url": data_url(picture())}}


@pytest.fixture(autouse=True)
def vectors(transactional_db):
    return make_embedding_model()


def test_openais_document_accepts_our_vectors(data, live, key):
    check(data, "openai", "CreateEmbeddingResponse", live.post("/embeddings", key, json=HELLO).json())


@pytest.mark.parametrize("form", ["float", "base64"])
def test_openrouters_document_accepts_our_vectors(data, live, key, form):
    asked = {
        **HELLO,
        "encoding_format": form,
        "input": [{"content": [{"type": "text", "text": "fox"}, IMAGE]}],
    }
    answer = live.post("/embeddings", key, json=asked).json()
    jsonschema_rs.validate(answer_schema(data, "/embeddings", "post"), answer)


def test_openrouters_document_accepts_our_list(data, live, key):
    check(data, "openrouter", "ModelsListResponse", live.get("/embeddings/models", key).json())
