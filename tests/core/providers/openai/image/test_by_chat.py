"""Models that draw in answers to chats only."""

from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest

from core.contract.errors import Unsupported, UpstreamRefused
from core.contract.events import AnswerMetadata, ImageReady, Used
from core.contract.image import ImageMode, ImageRequest
from tests.core.providers.openai.image.calls import PROMPT, draw, failure, target
from tests.core.providers.promises.files import image_file
from tests.fakes import chat
from tests.fakes.images import png
from tests.fakes.scenarios import body

pytestmark = pytest.mark.anyio

BY_CHAT = {"images_by_chat": True}


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_pictures_of_a_chat_are_those_of_the_answer(provider, streamed):
    metadata, ready, used = await draw(target(provider, options=BY_CHAT), streamed=streamed)
    assert isinstance(metadata, AnswerMetadata)
    assert ready == ImageReady(0, "image/png", chat.IMAGE)
    assert isinstance(used, Used)
    assert used.usage.units()["text_in.token"] == Decimal(12)


async def test_a_chat_is_asked_for_a_picture_like_its_references(provider, tmp_path):
    pictures = (image_file(tmp_path, "a.png", 1), image_file(tmp_path, "b.png", 2))
    request = ImageRequest(
        "m", PROMPT, ImageMode.EDIT, pictures, aspect_ratio="16:9", resolution="2K", quality="high", seed=7,
        preferences={"order": ["google-vertex"]}, options={"openrouter": {"image_config": {"x": 1}}},
    )  # fmt: skip
    await draw(target(provider, slug="openrouter", options=BY_CHAT), request)
    (seen,) = provider.requests
    urls = [f"data:image/png;base64,{base64.b64encode(png(red)).decode()}" for red in (1, 2)]
    assert seen.path == "/v1/chat/completions"
    assert seen.json["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": PROMPT},
                *({"type": "image_url", "image_url": {"url": url}} for url in urls),
            ],
        }
    ]
    assert seen.json["modalities"] == ["image", "text"]
    assert seen.json["image_config"] == {"aspect_ratio": "16:9", "image_size": "2K", "quality": "high"}
    assert (seen.json["seed"], seen.json["provider"]) == (7, {"order": ["google-vertex"]})


async def test_a_model_that_answers_in_words_refused_to_draw(provider):
    message = {"role": "assistant", "content": "I cannot\ndraw that."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    value = {"id": "x", "object": "chat.completion", "choices": [choice], "usage": chat.USAGE}
    provider.script("gpt-image", body(json.dumps(value).encode()))
    error = await failure(target(provider, options=BY_CHAT))
    assert (type(error), error.message) == (
        UpstreamRefused,
        "The model answered in words instead of drawing: I cannot draw that.",
    )
    assert error.usage.units()["text_in.token"] == Decimal(12)


async def test_no_chat_takes_a_mask(provider, tmp_path):
    picture = image_file(tmp_path)
    request = ImageRequest("m", PROMPT, ImageMode.EDIT, (picture,), picture)
    assert isinstance(await failure(target(provider, options=BY_CHAT), request), Unsupported)
    assert provider.requests == []
