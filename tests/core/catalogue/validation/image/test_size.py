"""Sizes in pixels, aspect ratios and resolutions, and which stands in for which."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.errors import InvalidRequest, Unsupported
from core.models import AIModel
from tests.core.catalogue.requests import image_request, route_error

IMAGE = "local/rehearsal-image"
RATIOS = ["1:1", "2:3", "3:2", "16:9"]


@pytest.fixture
def limits(rehearsal):
    def replace(**found: object) -> None:
        AIModel.objects.filter(slug=IMAGE).update(limits={"n": 1, **found})
        snapshot.reset()

    return replace


def changed(**fields: str) -> dict:
    return dict(route(image_request(**fields)).changed)


def test_a_listed_size_and_one_that_fits_the_rules_pass(limits):
    limits(sizes=["auto", "1024x1024"], custom_size={"multiple": 16, "ratio": [0.333, 3], "edge": 3840})
    assert [changed(size=size) for size in ("auto", "1024x1024", "1536x864", "3840x2160")] == [{}] * 4


@pytest.mark.parametrize("size", ["1000x1000", "1600x512", "3856x2160", "0x16", "16x", "large", "16x16x16"])
def test_a_size_against_the_rules_is_refused_with_them(limits, size):
    custom = {"multiple": 16, "ratio": [0.333, 3], "edge": 3840}
    limits(sizes=["1024x1024"], custom_size=custom, aspect_ratios=["1:1", "3:1"])
    refused = route_error(image_request(size=size), InvalidRequest)
    assert (refused.param, refused.metadata) == ("size", {"values": ["1024x1024"]})
    assert refused.message == (
        f"{IMAGE} has no size {size!r}. It takes 1024x1024 or any width and height divisible by 16, "
        "of at most 3,840, with a ratio from 0.33 to 3."
    )


def test_a_size_beyond_the_pixels_is_refused(limits):
    limits(custom_size={"multiple": 1, "pixels": [4096, 65536]})
    assert changed(size="256x256") == {}
    refused = route_error(image_request(size="512x512"), InvalidRequest)
    assert refused.message.endswith("any width and height with 4,096 to 65,536 pixels.")


def test_sizes_are_listed_where_there_are_no_rules(limits):
    limits(sizes=["512x512", "256x256"])
    refused = route_error(image_request(size="1024x1024"), InvalidRequest)
    assert refused.message == f"{IMAGE} has no size '1024x1024'. It takes 512x512, 256x256."


def test_a_model_of_one_size_refuses_any(limits):
    limits()
    refused = route_error(image_request(size="1024x1024"), Unsupported)
    assert refused.message.startswith(f"{IMAGE} draws in one size only.")
    assert changed(size="auto") == {"size": ""}


@pytest.mark.parametrize(
    ("size", "ratio"),
    [("1024x1024", "1:1"), ("1536x1024", "3:2"), ("1024x1536", "2:3"), ("1792x1024", "16:9")],
)
def test_the_nearest_aspect_ratio_stands_in_for_a_size(limits, size, ratio):
    limits(aspect_ratios=RATIOS)
    assert changed(size=size) == {"size": "", "aspect_ratio": ratio}


def test_a_size_far_from_every_aspect_ratio_is_refused(limits):
    limits(aspect_ratios=RATIOS)
    refused = route_error(image_request(size="2048x512"), InvalidRequest)
    assert refused.message == (
        f"{IMAGE} has no size '2048x512'. It takes the aspect ratios 1:1, 2:3, 3:2, 16:9."
    )


def test_the_size_of_an_aspect_ratio_stands_in_for_it(limits):
    limits(sizes=["1024x1024", "1536x1024"])
    assert changed(aspect_ratio="3:2") == {"aspect_ratio": "", "size": "1536x1024"}
    refused = route_error(image_request(aspect_ratio="16:9"), InvalidRequest)
    assert (refused.param, refused.metadata) == ("aspect_ratio", {"values": ["1024x1024", "1536x1024"]})


def test_nothing_stands_in_in_strict_mode(limits, settings):
    settings.STRICT_REQUESTS = True
    limits(aspect_ratios=RATIOS)
    assert route_error(image_request(size="1024x1024"), InvalidRequest).param == "size"
    limits(sizes=["1024x1024"])
    assert route_error(image_request(aspect_ratio="1:1"), InvalidRequest).param == "aspect_ratio"


def test_aspect_ratios_and_resolutions_are_those_of_the_model(limits):
    limits(aspect_ratios=RATIOS, resolutions=["1K", "2K"])
    assert changed(aspect_ratio="16:9", resolution="2K") == {}
    assert changed(aspect_ratio="auto") == {"aspect_ratio": ""}
    assert route_error(image_request(aspect_ratio="7:1"), InvalidRequest).metadata == {"values": RATIOS}
    refused = route_error(image_request(resolution="4K"), InvalidRequest)
    assert (refused.param, refused.metadata) == ("resolution", {"values": ["1K", "2K"]})


def test_a_model_of_one_resolution_and_ratio_refuses_others(limits):
    limits()
    assert route_error(image_request(resolution="2K"), Unsupported).param == "resolution"
    assert route_error(image_request(aspect_ratio="1:1"), Unsupported).param == "aspect_ratio"


@pytest.mark.parametrize("other", ["aspect_ratio", "resolution"])
def test_a_size_is_said_in_one_way(limits, other):
    refused = route_error(image_request(size="1024x1024", **{other: "1:1"}), InvalidRequest)
    assert refused.message == "Send either size, or aspect_ratio and resolution."
