"""Embeddings by `batchEmbedContents`."""

from __future__ import annotations

import base64
import json
from contextlib import aclosing
from typing import Any

import pytest

from core.contract.embedding import EmbeddingRequest
from core.contract.errors import InvalidRequest, Unsupported, UpstreamDenied, UpstreamInvalid
from core.contract.events import Embedding, Event
from core.contract.image import ImageFile
from core.contract.route import Target
from core.providers.registry import adapter
from tests.core.api.image_helpers import picture
from tests.core.providers.promises.fake import serve
from tests.fakes import embeddings
from tests.fakes.provider import Exchange, Seen

pytestmark = pytest.mark.anyio

TEXTS = (("one",), ("two",))


async def embed(answer: Any, tmp_path, **fields) -> tuple[list[Event], Seen]:
    async def scenario(exchange: Exchange) -> None:
        content = answer(exchange.seen.json) if callable(answer) else json.dumps(answer).encode()
        await exchange.reply(200, content)

    with serve(scenario, tmp_path) as fake:
        where = Target(1, "google", "Fake", "google", fake.url, "gemini-embedding-001")
        request = EmbeddingRequest("m", fields.pop("inputs", TEXTS), **fields)
        async with aclosing(adapter("google").embed(where, request)) as events:
            found = [event async for event in events]
        (seen,) = fake.requests
        return found, seen


async def test_each_input_is_a_request_with_its_use_and_size(tmp_path):
    events, seen = await embed(embeddings.google, tmp_path, dimensions=8, input_type="search_query")
    assert seen.path.endswith("/models/gemini-embedding-001:batchEmbedContents")
    assert seen.json == {
        "requests": [
            {
                "model": "models/gemini-embedding-001",
                "content": {"parts": [{"text": text}]},
                "outputDimensionality": 8,
                "taskType": "RETRIEVAL_QUERY",
            }
            for text in ("one", "two")
        ]
    }
    assert events[:-1] == [Embedding(at, embeddings.packed(embeddings.numbers(at, 8))) for at in (0, 1)]
    usage = events[-1].usage
    assert [(amount.name, amount.quantity) for amount in usage.amounts] == [("text_in.token", 12)]
    assert usage.estimated is False


async def test_without_counts_the_usage_is_an_estimate(tmp_path):
    events, _ = await embed(lambda body: embeddings.google(body, counted=False), tmp_path)
    assert (events[-1].usage.amounts, events[-1].usage.estimated) == ((), True)


async def test_images_stand_beside_text_and_are_counted_apart(tmp_path):
    path = tmp_path / "fox.png"
    path.write_bytes(picture())
    image = ImageFile(str(path), "image.png", "image/png", path.stat().st_size, 64, 48)
    usage = {
        "promptTokenCount": 260,
        "promptTokenDetails": [
            {"modality": "TEXT", "tokenCount": 2},
            {"modality": "IMAGE", "tokenCount": 258},
        ],
    }
    answer = {"embeddings": [{"values": [1.0, 0.5]}], "usageMetadata": usage}
    events, seen = await embed(answer, tmp_path, inputs=(("A fox", image),))
    text, part = seen.json["requests"][0]["content"]["parts"]
    data = base64.b64encode(picture()).decode()
    assert (text, part) == ({"text": "A fox"}, {"inlineData": {"mimeType": "image/png", "data": data}})
    counted = {amount.name: int(amount.quantity) for amount in events[-1].usage.amounts}
    assert counted == {"text_in.token": 2, "image_in.token": 258}


async def test_a_use_that_google_does_not_know_names_those_it_does(tmp_path):
    with pytest.raises(InvalidRequest, match="input_type must be one of query, search_query"):
        await embed(embeddings.google, tmp_path, input_type="dance")


async def test_token_ids_are_refused(tmp_path):
    with pytest.raises(Unsupported, match="no token ids"):
        await embed(embeddings.google, tmp_path, inputs=(((1, 2),),))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error": {"code": 403, "message": "No", "status": "PERMISSION_DENIED"}}, UpstreamDenied),
        ({"embeddings": [{"values": [1.0]}]}, UpstreamInvalid),
        ({"embeddings": [{}, {}]}, UpstreamInvalid),
        ({}, UpstreamInvalid),
        ([], UpstreamInvalid),
    ],
)
async def test_what_is_no_answer(tmp_path, answer, kind):
    with pytest.raises(kind):
        await embed(answer, tmp_path)
