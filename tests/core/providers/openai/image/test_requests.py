"""What is sent to each image endpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.contract.image import ImageFormat, ImageMode, ImageRequest
from core.providers.base import ImageAdapter
from core.providers.openai.image.body import response_format
from core.providers.registry import adapter
from tests.core.providers.openai.image.calls import CANARY, PROMPT, draw, target
from tests.core.providers.promises.files import image_file
from tests.fakes.images import png

pytestmark = pytest.mark.anyio

WISHES = {
    "size": "1024x1536", "quality": "high", "style": "vivid", "background": "opaque",
    "format": ImageFormat.WEBP, "compression": 80, "moderation": "low", "fidelity": "high", "seed": 0,
    "user": "u-1", "n": 2,
}  # fmt: skip


def test_the_adapter_draws():
    assert isinstance(adapter("openai"), ImageAdapter)


async def test_words_alone_are_sent_as_json(provider):
    await draw(target(provider))
    (seen,) = provider.requests
    assert (seen.path, seen.headers["authorization"]) == ("/v1/images/generations", f"Bearer {CANARY}")
    assert seen.json == {"model": "gpt-image", "prompt": PROMPT, "response_format": "b64_json"}


async def test_every_wish_is_sent_when_drawing(provider):
    await draw(target(provider), **WISHES)
    assert provider.requests[0].json == {
        "model": "gpt-image", "prompt": PROMPT, "n": 2, "size": "1024x1536", "quality": "high",
        "style": "vivid", "background": "opaque", "output_format": "webp", "output_compression": 80,
        "moderation": "low", "seed": 0, "user": "u-1", "response_format": "b64_json",
    }  # fmt: skip


async def test_an_edit_sends_pictures_and_mask_from_disk(provider, tmp_path):
    pictures = (image_file(tmp_path, "a.png", 1), image_file(tmp_path, "b.png", 2))
    mask = image_file(tmp_path, "mask.png", 3)
    await draw(target(provider), ImageRequest("m", PROMPT, ImageMode.EDIT, pictures, mask, **WISHES))
    (seen,) = provider.requests
    assert seen.path == "/v1/images/edits"
    assert [part for part in seen.parts if part[1]] == [
        ("image[]", "a.png", png(1)), ("image[]", "b.png", png(2)), ("mask", "mask.png", png(3)),
    ]  # fmt: skip
    assert dict(seen.form) == {
        "model": "gpt-image", "prompt": PROMPT, "n": "2", "size": "1024x1536", "quality": "high",
        "background": "opaque", "output_format": "webp", "output_compression": "80",
        "input_fidelity": "high", "seed": "0", "user": "u-1", "response_format": "b64_json",
    }  # fmt: skip
    assert "transfer-encoding" not in seen.headers


async def test_one_picture_goes_by_the_name_that_all_servers_know(provider, tmp_path):
    picture = image_file(tmp_path, red=1)
    await draw(target(provider), ImageRequest("m", PROMPT, ImageMode.EDIT, (picture,)))
    assert [part for part in provider.requests[0].parts if part[1]] == [("image", "image.png", png(1))]


async def test_a_variation_has_neither_prompt_nor_wishes_it_does_not_know(provider, tmp_path):
    picture = image_file(tmp_path, red=1)
    await draw(target(provider), ImageRequest("m", "", ImageMode.VARY, (picture, picture), **WISHES))
    (seen,) = provider.requests
    assert seen.path == "/v1/images/variations"
    assert [part for part in seen.parts if part[1]] == [("image", "image.png", png(1))]
    assert dict(seen.form) == {
        "model": "gpt-image", "n": "2", "size": "1024x1536", "seed": "0", "user": "u-1",
        "response_format": "b64_json",
    }  # fmt: skip


async def test_a_stream_is_asked_for_where_it_shows_something(provider):
    await draw(target(provider), streamed=True)
    await draw(target(provider), streamed=True, partial_images=2)
    await draw(target(provider), partial_images=2)
    await draw(target(provider, options={"stream": True}), streamed=True)
    asked = [(seen.json.get("stream"), seen.json.get("partial_images")) for seen in provider.requests]
    assert asked == [(None, None), (True, 2), (None, None), (True, 0)]


@pytest.mark.parametrize(
    ("address", "wire", "options", "form"),
    [
        ("https://api.openai.com/v1", "openai", {}, ""),
        ("https://eu.api.openai.com/v1", "openai", {}, ""),
        ("https://api.openai.com/v1", "openai", {"image_response_format": "b64_json"}, "b64_json"),
        ("http://localhost:8080/v1", "openai", {}, "b64_json"),
        ("http://localhost:8080/v1", "openai", {"image_response_format": ""}, ""),
        ("https://a.openai.azure.com", "azure", {}, ""),
        ("https://openrouter.ai/api/v1", "openrouter", {}, ""),
    ],
)
def test_only_servers_that_understand_it_are_asked_for_base64(provider, address, wire, options, form):
    found = target(provider, wire=wire, options=options)
    assert response_format(replace(found, base_url=address)) == form


async def test_options_add_fields_and_never_replace_what_is_paid_for(provider):
    options = {"body": {"style": "natural", "guidance": 3, "size": "4096x4096", "model": "other"}}
    request = ImageRequest(
        "m", PROMPT, quality="low",
        options={"fake": {"guidance": 7, "n": 10, "quality": "high", "prompt": "x"}, "else": {"a": 1}},
    )  # fmt: skip
    await draw(target(provider, options=options), request)
    assert provider.requests[0].json == {
        "model": "gpt-image", "prompt": PROMPT, "quality": "low", "style": "natural", "guidance": 7,
        "response_format": "b64_json",
    }  # fmt: skip
