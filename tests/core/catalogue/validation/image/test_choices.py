"""Prompt, count, quality, style, background and format are checked against the model's limits."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageFormat, ImageMode
from core.models import AIModel
from tests.core.catalogue.requests import image_file, image_request, route_error

IMAGE = "local/rehearsal-image"


@pytest.fixture
def limits(rehearsal):
    """Change limits of the rehearsal; None takes one away."""

    def change(**found: object) -> None:
        row = AIModel.objects.get(slug=IMAGE)
        merged = {**row.limits, **found}
        row.limits = {name: value for name, value in merged.items() if value is not None}
        row.save()
        snapshot.reset()

    return change


@pytest.mark.parametrize("prompt", ["", " \n"])
def test_an_empty_prompt_is_refused(rehearsal, prompt):
    refused = route_error(image_request(prompt=prompt), InvalidRequest)
    assert (refused.param, refused.message) == ("prompt", "There is nothing to draw: prompt is empty.")


def test_a_long_prompt_is_refused_with_both_numbers(rehearsal):
    refused = route_error(image_request(prompt="x" * 4001), InvalidRequest)
    assert (refused.param, refused.metadata) == ("prompt", {"length": 4001, "limit": 4000})


@pytest.mark.parametrize("n", [0, 5])
def test_a_count_outside_the_limit_is_refused(rehearsal, n):
    refused = route_error(image_request(n=n), InvalidRequest)
    assert (refused.param, refused.metadata) == ("n", {"minimum": 1, "maximum": 4})


@pytest.mark.parametrize(
    ("field", "value", "param", "values"),
    [
        ("quality", "hd", "quality", ["auto", "low", "high"]),
        ("style", "noir", "style", ["vivid", "natural"]),
        ("moderation", "high", "moderation", ["auto", "low"]),
        ("background", "plaid", "background", ["auto", "opaque", "transparent"]),
        ("fidelity", "best", "input_fidelity", ["low", "high"]),
        ("format", ImageFormat.WEBP, "output_format", ["png"]),
    ],
)
def test_a_word_that_the_model_does_not_know_is_refused_with_those_it_takes(
    rehearsal, field, value, param, values
):
    refused = route_error(image_request(**{field: value}), InvalidRequest)
    assert (refused.param, refused.metadata) == (param, {"values": values})
    assert refused.message == f"{IMAGE} has no {param} '{value}'. It takes {', '.join(values)}."


def test_everything_that_the_model_takes_is_sent(rehearsal):
    fields = {"quality": "high", "style": "vivid", "background": "transparent", "format": ImageFormat.PNG}
    more = {"seed": 7, "partial_images": 3, "user": "u", "moderation": "low", "fidelity": "high"}
    found = route(image_request(**fields, **more))
    assert (found.ignored, found.changed) == ((), {})


@pytest.mark.parametrize(
    ("limit", "field", "value"),
    [
        ("qualities", "quality", "high"),
        ("styles", "style", "vivid"),
        ("moderation", "moderation", "low"),
        ("backgrounds", "background", "opaque"),
        ("formats", "format", ImageFormat.PNG),
        ("partial_images", "partial_images", 2),
        ("user", "user", "somebody"),
    ],
)
def test_fields_that_many_clients_send_are_dropped(limits, limit, field, value):
    limits(**{limit: None})
    assert route(image_request(**{field: value})).ignored == (field,)


@pytest.mark.parametrize(
    ("limit", "field", "value", "param"),
    [
        ("qualities", "quality", "high", "quality"),
        ("partial_images", "partial_images", 2, "partial_images"),
        ("user", "user", "somebody", "user"),
    ],
)
def test_strict_mode_refuses_instead(limits, settings, limit, field, value, param):
    limits(**{limit: None})
    settings.STRICT_REQUESTS = True
    assert route_error(image_request(**{field: value})).param == param


@pytest.mark.parametrize(
    ("limit", "field", "value", "param", "lack"),
    [
        ("backgrounds", "background", "transparent", "background", "makes opaque pictures only"),
        ("seed", "seed", 1, "seed", "cannot be told a seed"),
        (
            "fidelity",
            "fidelity",
            "high",
            "input_fidelity",
            "cannot be told how closely to keep a picture",
        ),
        ("formats", "format", ImageFormat.WEBP, "output_format", "makes png only"),
    ],
)
def test_what_changes_the_picture_is_refused(limits, limit, field, value, param, lack):
    limits(**{limit: None})
    refused = route_error(image_request(**{field: value}), Unsupported)
    assert refused.param == param
    assert refused.message.startswith(f"{IMAGE} {lack}.")


def test_auto_is_what_a_model_does_anyway(limits):
    limits(qualities=["high"], backgrounds=None)
    assert route(image_request(quality="auto", background="auto")).ignored == ("quality", "background")


def test_more_partial_images_than_the_model_sends_are_refused(rehearsal):
    refused = route_error(image_request(partial_images=4), InvalidRequest)
    assert (refused.param, refused.metadata) == ("partial_images", {"minimum": 0, "maximum": 3})


def test_jpeg_has_no_transparent_background(limits):
    limits(formats=["png", "jpeg"])
    request = image_request(background="transparent", format=ImageFormat.JPEG)
    assert route_error(request, InvalidRequest).param == "output_format"


@pytest.mark.parametrize("form", [ImageFormat.PNG, ImageFormat.AUTO])
def test_png_is_not_compressed_with_loss(rehearsal, form):
    refused = route_error(image_request(format=form, compression=50), InvalidRequest)
    assert (refused.param, refused.metadata) == ("output_compression", {"values": ["jpeg", "webp"]})
    assert route(image_request(format=form, compression=100)).ignored == ()


def test_a_model_without_limits_gets_everything(limits):
    AIModel.objects.filter(slug=IMAGE).update(limits={})
    request = image_request(quality="best", style="noir", background="transparent", seed=1, size="7x7", n=10)
    found = route(request)
    assert (found.ignored, found.changed) == ((), {})


def test_a_variation_needs_no_prompt(rehearsal):
    request = image_request(prompt="", mode=ImageMode.VARY, images=(image_file(),))
    assert route(request).changed == {}
