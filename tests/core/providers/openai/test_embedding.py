"""Embeddings at OpenAI and at servers like it: what is sent, and what is read."""

from __future__ import annotations

import base64
import json
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest

from core.contract.embedding import EmbeddingRequest
from core.contract.errors import UpstreamInvalid, UpstreamRefused
from core.contract.events import AnswerMetadata, Embedding, Event, Used
from core.contract.image import ImageFile
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit
from core.providers.registry import adapter
from tests.core.api.image_helpers import picture
from tests.core.providers.promises.fake import serve
from tests.fakes import embeddings
from tests.fakes.provider import Exchange

pytestmark = pytest.mark.anyio

TEXTS = (("The quick brown fox.",), ("The lazy dog.",))


async def embed(answer: Any, tmp_path, wire: str = "openai", **fields) -> tuple[list[Event], dict[str, Any]]:
    """The events, and the body that was sent; `answer` is JSON, or makes it of the body."""
    options = fields.pop("target", {})

    async def scenario(exchange: Exchange) -> None:
        content = answer(exchange.seen.json) if callable(answer) else json.dumps(answer).encode()
        await exchange.reply(200, content)

    with serve(scenario, tmp_path) as fake:
        where = Target(1, wire, "Fake", wire, fake.url, "upstream", options=options)
        request = EmbeddingRequest("m", fields.pop("inputs", TEXTS), **fields)
        async with aclosing(adapter(wire).embed(where, request)) as events:
            found = [event async for event in events]
        (seen,) = fake.requests
        assert seen.path.endswith("/embeddings")
        return found, seen.json


async def test_texts_are_sent_as_they_are_and_vectors_asked_for_in_base64(tmp_path):
    events, body = await embed(embeddings.whole, tmp_path, dimensions=8, user="u-1")
    assert body == {
        "model": "upstream",
        "input": ["The quick brown fox.", "The lazy dog."],
        "encoding_format": "base64",
        "dimensions": 8,
        "user": "u-1",
    }
    assert events[:-1] == [Embedding(at, embeddings.packed(embeddings.numbers(at, 8))) for at in (0, 1)]
    assert events[-1].usage.amounts == (Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(12)),)


async def test_servers_that_know_no_base64_may_send_numbers(tmp_path):
    events, body = await embed(
        lambda sent: embeddings.whole({**sent, "encoding_format": "float"}),
        tmp_path,
        target={"vector_format": "float"},
    )
    assert body["encoding_format"] == "float"
    assert events[0] == Embedding(0, embeddings.packed(embeddings.numbers(0)))


@pytest.mark.parametrize(
    ("inputs", "sent"),
    [
        ((("one",),), "one"),
        ((((1, 2),),), [1, 2]),
        ((((1, 2),), ((3,),)), [[1, 2], [3]]),
        ((("a", "b"),), [{"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]),
    ],
)
async def test_inputs_are_spelled_most_plainly(tmp_path, inputs, sent):
    _, body = await embed(embeddings.whole, tmp_path, inputs=inputs)
    assert body["input"] == sent


async def test_an_image_is_read_from_disk(tmp_path):
    path = tmp_path / "fox.png"
    path.write_bytes(picture())
    image = ImageFile(str(path), "image.png", "image/png", path.stat().st_size, 64, 48)
    _, body = await embed(embeddings.whole, tmp_path, inputs=(("A fox", image),))
    text, part = body["input"][0]["content"]
    assert text == {"type": "text", "text": "A fox"}
    assert part["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(picture()).decode()}"


async def test_options_are_added_and_cannot_replace_our_fields(tmp_path):
    options = {"openai": {"truncate": "END", "model": "dearer", "dimensions": 9, "provider": {"only": ["x"]}}}
    _, body = await embed(
        embeddings.whole, tmp_path, options=options, input_type="query", target={"body": {"a": 1}}
    )
    assert body == {
        "model": "upstream",
        "input": [parts[0] for parts in TEXTS],
        "encoding_format": "base64",
        "input_type": "query",
        "truncate": "END",
        "a": 1,
    }


async def test_a_router_is_told_where_it_may_go_and_tells_the_cost(tmp_path):
    usage = {"cost": 0.0005, "prompt_tokens_details": {"text_tokens": 4, "image_tokens": 8}}
    events, body = await embed(
        lambda sent: embeddings.whole(sent, id="gen-emb-1", usage=usage),
        tmp_path, wire="openrouter", preferences={"zdr": True},
    )  # fmt: skip
    assert body["provider"] == {"zdr": True}
    assert events[0] == AnswerMetadata("gen-emb-1", "upstream")
    used = events[-1].usage
    assert {amount.name: int(amount.quantity) for amount in used.amounts} == {
        "text_in.token": 4,
        "image_in.token": 8,
    }
    assert (used.reported_cost, used.estimated) == (Decimal("0.0005"), False)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 0, "total_tokens": 0}, {"prompt_tokens": -1}])
async def test_a_server_that_counts_nothing_is_estimated(tmp_path, usage):
    answer = {"data": [{"embedding": [1.0]}, {"embedding": [0.5]}], "usage": usage}
    events, _ = await embed(answer, tmp_path)
    assert isinstance(events[-1], Used)
    assert (events[-1].usage.amounts, events[-1].usage.estimated) == ((), True)


async def test_a_total_alone_is_the_prompt(tmp_path):
    answer = {"data": [{"embedding": [1.0]}, {"embedding": [0.5]}], "usage": {"total_tokens": 7}}
    events, _ = await embed(answer, tmp_path)
    assert events[-1].usage.amounts == (Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(7)),)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error": {"message": "No", "code": 400}}, UpstreamRefused),
        ({"data": []}, UpstreamInvalid),
        ({"data": [{"embedding": [1.0]}]}, UpstreamInvalid),
        ({"data": ["a", "b"]}, UpstreamInvalid),
        ({"data": [{"embedding": "abc"}, {"embedding": [1.0]}]}, UpstreamInvalid),
        ([], UpstreamInvalid),
        ({}, UpstreamInvalid),
    ],
)
async def test_what_is_no_answer(tmp_path, answer, kind):
    with pytest.raises(kind):
        await embed(answer, tmp_path)
