"""Embeddings at Mistral, whose fields have other names."""

from __future__ import annotations

import pytest

from core.contract.errors import Unsupported
from core.contract.events import AnswerMetadata, Embedding
from tests.core.providers.openai.test_embedding import embed
from tests.fakes import embeddings

pytestmark = pytest.mark.anyio


async def test_its_own_names_are_sent_and_nothing_that_it_does_not_know(tmp_path):
    events, body = await embed(
        embeddings.mistral, tmp_path, wire="mistral", dimensions=8, user="u-1", input_type="query",
        options={"mistral": {"metadata": {"a": "b"}, "output_dtype": "int8"}},
    )  # fmt: skip
    assert body == {
        "model": "upstream",
        "input": ["The quick brown fox.", "The lazy dog."],
        "output_dimension": 8,
        "metadata": {"a": "b"},
    }
    assert events[0] == AnswerMetadata("embd-1", "upstream")
    assert events[1] == Embedding(0, embeddings.packed(embeddings.numbers(0, 8)))
    assert [(amount.name, amount.quantity) for amount in events[-1].usage.amounts] == [("text_in.token", 12)]


@pytest.mark.parametrize("inputs", [(((1, 2),),), (("a", "b"),)])
async def test_it_takes_texts_only(tmp_path, inputs):
    with pytest.raises(Unsupported, match="takes texts"):
        await embed(embeddings.mistral, tmp_path, wire="mistral", inputs=inputs)
