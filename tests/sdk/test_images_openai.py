"""OpenAI's client draws, edits inside a mask, varies, and reads a stream of pictures."""

from __future__ import annotations

import base64
from io import BytesIO

import httpx
import openai
import pytest

from core.models import UsageRecord
from tests.core.api.image_helpers import FOX, SLUG, make_image_model, picture, size_of
from tests.core.api.records import settled_record

PNG = picture()


@pytest.fixture(autouse=True)
def brush(transactional_db):
    return make_image_model()


def file(data: bytes = PNG, name: str = "fox.png") -> BytesIO:
    opened = BytesIO(data)
    opened.name = name
    return opened


def test_generate(client):
    found = client.images.generate(**FOX, n=2, quality="high", background="transparent", output_format="png")
    assert [size_of(image.b64_json) for image in found.data] == [(64, 48)] * 2
    assert (found.size, found.quality, found.background, found.output_format) == (
        "64x48", "high", "transparent", "png",
    )  # fmt: skip
    assert (found.usage.input_tokens, found.usage.input_tokens_details.text_tokens) == (2, 2)
    assert found._request_id.startswith("req_")


def test_generate_urls(client):
    found = client.images.generate(**FOX, response_format="url")
    assert httpx.get(found.data[0].url, trust_env=False).content.startswith(b"\x89PNG")


def test_edit_with_a_mask(client):
    found = client.images.edit(model=SLUG, prompt="Blur it", image=file(), mask=file(name="mask.png"))
    assert size_of(found.data[0].b64_json) == (64, 48)
    assert UsageRecord.objects.get().units["image_in.image"] == 1


def test_edit_several(client):
    found = client.images.edit(
        model=SLUG, prompt="Join them", image=[file(), file(name="b.png")], input_fidelity="high", n=2
    )
    assert len(found.data) == 2
    assert UsageRecord.objects.get().units["image_in.image"] == 2


def test_create_variation(client):
    with pytest.warns(DeprecationWarning, match="deprecated"):  # OpenAI has no model for it any more
        found = client.images.create_variation(model=SLUG, image=file(), n=2, response_format="b64_json")
    assert [size_of(image.b64_json) for image in found.data] == [(64, 48)] * 2


def test_a_stream(client):
    with client.images.generate(**FOX, stream=True, partial_images=2) as stream:
        events = list(stream)
    assert [event.type for event in events] == [
        "image_generation.partial_image", "image_generation.partial_image", "image_generation.completed",
    ]  # fmt: skip
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert base64.b64decode(events[-1].b64_json).startswith(b"\x89PNG")
    assert events[-1].usage.input_tokens == 2
    settled_record("completed")


def test_a_stream_of_an_edit(client):
    asked = {"model": SLUG, "prompt": "Blur it", "image": file(), "stream": True, "partial_images": 1}
    with client.images.edit(**asked) as stream:
        assert [event.type for event in stream] == ["image_edit.partial_image", "image_edit.completed"]


def test_a_stream_that_breaks_off_raises(client):
    make_image_model("stage/cut", fail="cut")
    with (
        client.images.generate(**{**FOX, "model": "stage/cut"}, stream=True, partial_images=2) as stream,
        pytest.raises(openai.APIError, match="broke off"),
    ):
        list(stream)


def test_errors_have_their_types(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(model=SLUG, prompt="Blur it", image=file(b"<svg/>", "fox.svg"))
    assert (caught.value.param, caught.value.code) == ("image", "400")
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="stage/nobody", prompt="A fox")
