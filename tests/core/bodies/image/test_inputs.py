"""Where the pictures of a body stand."""

from __future__ import annotations

import pytest

from core.bodies.files.data_urls import MessageFile
from core.bodies.image.inputs import InputImages, input_images
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported

URL = "data:image/png;base64,iVBORw=="


def file(param: str, data: str = "iVBORw==", claimed: str = "image/png", upload: str = "") -> MessageFile:
    return MessageFile(
        Modality.IMAGE, param, "" if upload else data, "" if upload else claimed, upload=upload
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"image": URL}, [file("image")]),
        ({"image": "iVBORw=="}, [file("image", claimed="")]),
        ({"image": [URL, "iVBORw=="]}, [file("image[0]"), file("image[1]", claimed="")]),
        ({"images": [{"image_url": URL}]}, [file("images[0].image_url")]),
        ({"images": [{"image_url": {"url": URL}}]}, [file("images[0].image_url.url")]),
        ({"images": [URL]}, [file("images[0]")]),
        (
            {"input_references": [{"type": "image_url", "image_url": {"url": URL}}]},
            [file("input_references[0].image_url.url")],
        ),
        ({"image": {"upload": "u1"}}, [file("image.upload", upload="u1")]),
        ({"image": [{"upload": "u1"}, URL]}, [file("image[0].upload", upload="u1"), file("image[1]")]),
        ({"images": [{"upload": "u1"}]}, [file("images[0].upload", upload="u1")]),
        (
            {"images": [{"image_url": {"upload": "u1"}}]},
            [file("images[0].image_url.upload", upload="u1")],
        ),
        ({"image": [], "images": None}, []),
        ({"image": ""}, []),
    ],
)
def test_pictures_are_found_in_order(fields, expected):
    assert input_images(fields) == InputImages(tuple(expected))


def test_all_are_the_pictures_and_then_the_mask():
    found = input_images({"image": URL, "images": [{"image_url": URL}], "mask": {"image_url": URL}})
    assert [place.param for place in found.all] == ["image", "images[0].image_url", "mask.image_url"]
    assert found.mask == file("mask.image_url")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"image": "https://example.com/fox.png"}, "image"),
        ({"images": [{"image_url": "https://example.com/fox.png"}]}, "images[0].image_url"),
        ({"images": [{"file_id": "file-1"}]}, "images[0].file_id"),
        ({"image": "http://127.0.0.1/"}, "image"),
    ],
)
def test_what_is_not_sent_along_is_not_fetched(fields, param):
    with pytest.raises(Unsupported) as caught:
        input_images(fields)
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"image": 7}, "image"),
        ({"image": [None]}, "image[0]"),
        ({"image": {"b64": "abcd"}}, "image"),
        ({"images": [{}]}, "images[0]"),
        ({"images": [{"upload": 7}]}, "images[0].upload"),
        ({"image": "data:image/png,abc"}, "image"),
        ({"image": "data:audio/wav;base64,abcd"}, "image"),
        ({"image": 0}, "image"),
        ({"image": False}, "image"),
        ({"image": {}}, "image"),
        ({"mask": [URL]}, "mask"),
        ({"mask": [URL, URL]}, "mask"),
        ({"mask": 0}, "mask"),
        ({"mask": {}}, "mask"),
        ({"image": [URL] * 17}, "image[16]"),
    ],
)
def test_anything_else_is_refused_by_its_place(fields, param):
    with pytest.raises(InvalidRequest) as caught:
        input_images(fields)
    assert caught.value.param == param


def test_several_masks_are_refused_with_their_number():
    with pytest.raises(InvalidRequest, match="There are 2 masks; one is taken"):
        input_images({"image": URL, "mask": [URL, URL]})


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_field_counts_as_left_out(nothing):
    assert input_images({"image": URL, "mask": nothing}) == InputImages((file("image"),))
