"""Sizes, qualities and what is refused before a worker is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFormat, ImageRequest
from core.providers.local.canvas import settings

REQUEST = ImageRequest(model="local/canvas", prompt="hello")


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, None),
        ({"size": "auto"}, None),
        ({"size": "256x2048"}, (256, 2048)),
        ({"size": "1024X1536"}, (1024, 1536)),
        ({"aspect_ratio": "1:1"}, (1024, 1024)),
        ({"aspect_ratio": "16:9"}, (1368, 768)),
        ({"aspect_ratio": "16:9", "resolution": "2K"}, (2048, 1152)),
        ({"aspect_ratio": "9:16", "resolution": "2K"}, (1152, 2048)),
        ({"resolution": "2K"}, (2048, 2048)),
    ],
)
def test_size_is_in_pixels_or_by_ratio(fields, size):
    assert settings.size_of(replace(REQUEST, **fields)) == size


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"size": "255x256"}, "size"),
        ({"size": "2049x256"}, "size"),
        ({"size": "large"}, "size"),
        ({"aspect_ratio": "9:1"}, "aspect_ratio"),
        ({"aspect_ratio": "0:1"}, "aspect_ratio"),
        ({"resolution": "4K"}, "resolution"),
    ],
)
def test_other_sizes_are_refused(fields, param):
    with pytest.raises(InvalidRequest) as refused:
        settings.size_of(replace(REQUEST, **fields))

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 0}, "n"),
        ({"n": 11}, "n"),
        ({"style": "anime"}, "style"),
        ({"background": "blue"}, "background"),
        ({"partial_images": 4}, "partial_images"),
        ({"compression": 101}, "output_compression"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_is_out_of_range_is_refused(fields, param):
    with pytest.raises(InvalidRequest) as refused:
        settings.check(replace(REQUEST, **fields))

    assert refused.value.param == param


def test_jpeg_has_no_transparency():
    with pytest.raises(InvalidRequest) as refused:
        settings.format_of(replace(REQUEST, format=ImageFormat.JPEG, background="transparent"))

    assert refused.value.param == "output_format"


@pytest.mark.parametrize(
    ("asked", "quality"), [("", "medium"), ("auto", "medium"), ("standard", "medium"), ("hd", "high")]
)
def test_words_of_other_models_for_quality_are_known(asked, quality):
    assert settings.quality_of(replace(REQUEST, quality=asked)) == quality


def test_seeds_follow_the_first():
    assert settings.seeds_of(replace(REQUEST, seed=7, n=3), 99) == [7, 8, 9]
    assert settings.seeds_of(replace(REQUEST, n=2), 99) == [99, 100]
    assert len(set(settings.seeds_of(replace(REQUEST, n=10), None))) > 1
