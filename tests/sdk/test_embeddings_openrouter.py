"""OpenRouter's client makes vectors; it checks every answer against its own schema."""

from __future__ import annotations

import base64

import pytest

from tests.core.api.embedding_helpers import PRICE, SLUG, make_embedding_model
from tests.core.api.image_helpers import data_url, picture


@pytest.fixture(autouse=True)
def vectors(transactional_db):
    return make_embedding_model()


def test_texts(router):
    found = router.embeddings.generate(
        model=SLUG, input=["Hello there", "fox"], dimensions=8, input_type="search_query"
    )
    assert [(item.index, len(item.embedding)) for item in found.data] == [(0, 8), (1, 8)]
    assert (found.model, found.usage.prompt_tokens, found.usage.cost) == (SLUG, 3, float(3 * PRICE))
    assert router.generations.get_generation(id=found.id).data.api_type == "embeddings"


def test_base64(router):
    found = router.embeddings.generate(model=SLUG, input="fox", encoding_format="base64")
    assert len(base64.b64decode(found.data[0].embedding)) == 4 * 64


def test_a_text_and_its_image(router):
    image = {"type": "image_url", "image_url": {"url": data_url(picture())}}
    found = router.embeddings.generate(
        model=SLUG, input=[{"content": [{"type": "text", "text": "A fox"}, image]}]
    )
    assert (len(found.data), found.usage.prompt_tokens) == (1, 2)


def test_models(router):
    listed = router.embeddings.list_models()
    found = getattr(listed, "result", listed)
    assert [model.id for model in found.data] == [SLUG]
