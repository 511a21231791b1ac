"""Images at OpenRouter: what is sent, what comes back, what it cost."""

from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest

from core.contract.errors import Unsupported, UpstreamRefused
from core.contract.events import AnswerMetadata, ImagePartial, ImageReady
from core.contract.image import ImageFormat, ImageMode, ImageRequest
from tests.core.providers.openai.image.calls import PROMPT, draw, failure, target
from tests.core.providers.promises.files import image_file
from tests.fakes import images
from tests.fakes import openrouter as fake
from tests.fakes.images import png
from tests.fakes.provider import Provider
from tests.sdk.test_specs import check

pytestmark = pytest.mark.anyio


@pytest.fixture
def router(tmp_path):
    bills = tmp_path / "bills.jsonl"
    bills.touch()
    scenario = fake.answering(key=None)
    with Provider(lambda name: scenario, bills) as provider:
        yield provider


def at(router, **fields):
    return target(router, wire="openrouter", slug="openrouter", **fields)


async def test_a_picture_comes_with_its_cost(router):
    metadata, first, second, used = await draw(at(router), n=2)
    assert metadata == AnswerMetadata(fake.ID)
    assert (first, second) == (ImageReady(0, "image/png", png(0)), ImageReady(1, "image/png", png(1)))
    assert used.usage.reported_cost == Decimal("0.04")
    assert used.usage.units() == {
        "text_in.token": 50, "text_out.token": 0, "image_out.token": 4_175, "image_out.image": 2,
    }  # fmt: skip


async def test_a_stream_sharpens_and_ends_with_its_cost(router):
    found = await draw(at(router), streamed=True, partial_images=1)
    assert found[1:-1] == [ImagePartial(0, 0, "image/png", png(100)), ImageReady(0, "image/png", png(200))]
    assert found[-1].usage.reported_cost == Decimal("0.04")


async def test_references_wishes_and_preferences_are_sent_in_one_object(router, tmp_path):
    request = ImageRequest(
        "m", PROMPT, ImageMode.EDIT, (image_file(tmp_path, red=1),), n=2, aspect_ratio="16:9",
        resolution="2K", quality="high", background="opaque", format=ImageFormat.WEBP, compression=80,
        moderation="low", style="vivid", user="u-1", seed=7, preferences={"only": ["google-ai-studio"]},
        options={"black-forest-labs": {"steps": 40}},
    )  # fmt: skip
    options = {"body": {"provider": {"data_collection": "deny", "only": ["openai"]}}}
    await draw(at(router, options=options), request)
    (seen,) = router.requests
    url = f"data:image/png;base64,{base64.b64encode(png(1)).decode()}"
    assert seen.path == "/v1/images"
    assert seen.json == {
        "model": "gpt-image", "prompt": PROMPT, "n": 2, "aspect_ratio": "16:9", "resolution": "2K",
        "quality": "high", "background": "opaque", "output_format": "webp", "output_compression": 80,
        "seed": 7, "input_references": [{"type": "image_url", "image_url": {"url": url}}],
        "provider": {
            "only": ["openai"], "data_collection": "deny", "options": {"black-forest-labs": {"steps": 40}},
        },
    }  # fmt: skip


async def test_a_mask_is_refused_before_anything_is_sent(router, tmp_path):
    picture = image_file(tmp_path)
    request = ImageRequest("m", PROMPT, ImageMode.EDIT, (picture,), picture)
    assert isinstance(await failure(at(router), request), Unsupported)
    assert router.requests == []


async def test_a_cost_that_the_answer_does_not_tell_is_asked_for(router):
    usage = {name: value for name, value in fake.IMAGE_USAGE.items() if name != "cost"}
    value = {"created": 1, "data": [{"b64_json": images.encoded(1)}], "usage": usage}

    async def untold(exchange):
        await exchange.reply(200, json.dumps(value).encode(), x_generation_id=fake.ID)

    router.script("gpt-image", untold)
    where = at(router)
    *_, used = await draw(where)
    assert used.usage.reported_cost is None
    assert where.sending.remainder.told() == used.usage


async def test_a_prompt_that_moderation_flagged_is_refused_and_our_key_not_blamed(router):
    error = {
        "error": {
            "code": 403,
            "message": "openai/gpt-image requires moderation. Your input was flagged.",
            "metadata": {"reasons": ["violence"], "flagged_input": "…", "provider_name": "OpenAI"},
        }
    }

    async def flagged(exchange):
        await exchange.reply(403, json.dumps(error).encode())

    router.script("gpt-image", flagged)
    found = await failure(at(router))
    assert (type(found), found.status, found.detail) == (UpstreamRefused, 403, "content_policy_violation")
    assert found.message == (
        "The provider's safety system refused this request. "
        "openai/gpt-image requires moderation. Your input was flagged."
    )


def test_the_fakes_shapes_are_those_of_the_document(data):
    check(data, "openrouter", "ImageGenerationResponse", fake.pictures({"n": 2}))
    for piece in fake.picture_frames():
        if piece.startswith(b"data: {"):
            check(data, "openrouter", "ImageStreamingResponse", {"data": json.loads(piece[6:])})
