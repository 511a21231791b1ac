"""Input images, masks, and variations of models that make none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.catalogue.validation.image.files import VARIATION
from core.contract.errors import InvalidRequest, TooLarge, Unsupported
from core.contract.image import ImageFile, ImageMode
from core.models import AIModel
from core.providers.rehearsal.picture import board
from tests.core.catalogue.requests import MIB, image_file, image_request, route_error

IMAGE = "local/rehearsal-image"


@pytest.fixture
def limits(rehearsal):
    def replace(**found: object) -> None:
        AIModel.objects.filter(slug=IMAGE).update(limits={"n": 1, **found})
        snapshot.reset()

    return replace


@pytest.fixture
def mask(tmp_path) -> ImageFile:
    path = tmp_path / "mask.png"
    path.write_bytes(board(64, 48, "mask", transparent=True))
    return ImageFile(str(path), "mask.png", "image/png", path.stat().st_size, 64, 48)


def edit(*images: ImageFile, **fields):
    return image_request(mode=ImageMode.EDIT, images=images or (image_file(),), **fields)


@pytest.mark.parametrize("mode", [ImageMode.EDIT, ImageMode.VARY])
def test_a_picture_is_needed(rehearsal, mode):
    refused = route_error(image_request(mode=mode), InvalidRequest)
    assert (refused.param, refused.message) == (
        "image",
        "There is no picture to work on: image is missing.",
    )


def test_as_many_pictures_as_the_model_takes(rehearsal):
    assert len(route(edit(*[image_file()] * 4)).targets) == 1
    refused = route_error(edit(*[image_file()] * 5), InvalidRequest)
    assert refused.message == f"There are 5 pictures; {IMAGE} takes at most 4."
    assert refused.metadata == {"maximum": 4}


@pytest.mark.parametrize("mode", ImageMode)
def test_a_model_without_input_images_refuses_them(limits, mode):
    limits(images=0)
    refused = route_error(image_request(mode=mode, images=(image_file(),)), Unsupported)
    assert refused.param == "image"
    assert refused.message.startswith(f"{IMAGE} draws from words only. Models that can: ")


def test_a_model_that_only_varies_takes_a_picture_for_that(limits):
    limits(variations=True)
    request = image_request(prompt="", mode=ImageMode.VARY, images=(image_file(),))
    assert route(request).changed == {}


def test_a_large_picture_is_refused(limits):
    limits(images=1, image_mb=4)
    refused = route_error(edit(image_file(size=5 * MIB)), TooLarge)
    assert refused.message == f"image has 5.0 MB; {IMAGE} takes at most 4."
    assert refused.metadata == {"bytes": 5 * MIB, "limit": 4 * MIB}


def test_a_mask_with_transparency_as_large_as_the_first_picture_passes(rehearsal, mask):
    assert route(edit(image_file(width=64, height=48), image_file(), mask=mask)).changed == {}


def test_a_mask_of_another_size_is_refused(rehearsal, mask):
    refused = route_error(edit(image_file(width=64, height=64), mask=mask), InvalidRequest)
    assert refused.message == "The mask has 64x48 pixels, the picture 64x64: they must be of one size."
    assert (refused.param, refused.metadata) == ("mask", {"size": "64x64"})


def test_a_mask_needs_an_alpha_channel(rehearsal, mask, tmp_path):
    (tmp_path / "mask.png").write_bytes(board(64, 48, "mask"))
    refused = route_error(edit(image_file(width=64, height=48), mask=mask), InvalidRequest)
    assert refused.param == "mask"
    assert "must be a PNG with an alpha channel" in refused.message


def test_a_mask_is_a_png(rehearsal, mask):
    jpeg = replace(mask, media_type="image/jpeg")
    assert route_error(edit(image_file(width=64, height=48), mask=jpeg), InvalidRequest).param == "mask"


def test_a_mask_belongs_to_an_edit(rehearsal, mask):
    assert route_error(image_request(mask=mask), InvalidRequest).param == "mask"


def test_a_mask_is_refused_where_the_model_takes_none(limits, mask):
    limits(images=1)
    refused = route_error(edit(image_file(width=64, height=48), mask=mask), Unsupported)
    assert (refused.param, refused.message.partition(".")[0]) == ("mask", f"{IMAGE} takes no mask")


def test_a_large_mask_is_refused(limits, mask):
    limits(images=1, mask=True, mask_mb=4)
    large = replace(mask, size=4 * MIB + 1)
    assert route_error(edit(image_file(width=64, height=48), mask=large), TooLarge).param == "mask"


def vary(**fields):
    return image_request(prompt="", mode=ImageMode.VARY, images=(image_file(),), **fields)


def test_a_variation_becomes_an_edit_where_the_model_makes_none(limits):
    limits(images=1)
    assert route(vary()).changed == {"mode": ImageMode.EDIT, "prompt": VARIATION}


def test_a_variation_is_refused_in_strict_mode(limits, settings):
    limits(images=1)
    settings.STRICT_REQUESTS = True
    refused = route_error(vary(), Unsupported)
    assert refused.message.partition(".")[0] == f"{IMAGE} edits pictures and does not vary them"
