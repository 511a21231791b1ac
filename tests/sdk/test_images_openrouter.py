"""OpenRouter's client draws; it checks every answer against its own schema."""

from __future__ import annotations

import pytest

from tests.core.api.image_helpers import FOX, PRICE, SLUG, data_url, make_image_model, picture, size_of


@pytest.fixture(autouse=True)
def brush(transactional_db):
    return make_image_model()


def test_generate(router):
    found = router.images.generate(**FOX, n=2)
    assert [size_of(image.b64_json) for image in found.data] == [(64, 48)] * 2
    assert [image.media_type for image in found.data] == ["image/png"] * 2
    assert (found.usage.prompt_tokens, found.usage.cost) == (2, float(2 * PRICE))


def test_references(router):
    part = {"type": "image_url", "image_url": {"url": data_url(picture())}}
    found = router.images.generate(model=SLUG, prompt="A fox", input_references=[part])
    assert size_of(found.data[0].b64_json) == (64, 48)


def test_a_stream(router):
    with router.images.generate(**FOX, stream=True) as stream:
        (event,) = list(stream)
    assert (event.type, size_of(event.b64_json)) == ("image_generation.completed", (64, 48))
    assert event.usage.cost == float(PRICE)


def test_a_stream_that_breaks_off(router):
    make_image_model("stage/cut", fail="cut", cut_after=1)
    with router.images.generate(**{**FOX, "model": "stage/cut", "n": 3}, stream=True) as stream:
        completed, failed = list(stream)
    assert (completed.type, size_of(completed.b64_json)) == ("image_generation.completed", (64, 48))
    assert (failed.type, "broke off" in failed.error.message) == ("error", True)


def test_models(router):
    (found,) = router.images.list_models().data
    assert (found.id, found.supports_streaming, found.supported_parameters["n"].max) == (SLUG, True, 4)
    endpoints = router.images.list_model_endpoints(author="stage", slug="brush")
    assert (endpoints.id, endpoints.endpoints[0].pricing[0].cost_usd) == (SLUG, float(PRICE))
