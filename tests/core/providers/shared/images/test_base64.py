from __future__ import annotations

import base64

import pytest

from core.contract.errors import UpstreamInvalid
from core.providers.shared.images.base64 import BLOCK, decode_image
from tests.fakes.images import png

pytestmark = pytest.mark.anyio

HEADS = {
    "image/png": png(),
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"x" * 60,
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP" + b"x" * 60,
    "image/gif": b"GIF89a" + b"x" * 60,
}


@pytest.mark.parametrize("more", [-3, -2, -1, 0, 1, 2, 3])
async def test_a_picture_of_any_length_is_decoded(more):
    data = HEADS["image/png"].ljust(BLOCK * 3 // 2 + more, b"\x01")
    assert await decode_image(base64.b64encode(data).decode()) == ("image/png", data)


@pytest.mark.parametrize("media_type", HEADS)
async def test_the_type_is_that_of_the_first_bytes(media_type):
    text = base64.b64encode(HEADS[media_type]).decode()
    assert await decode_image(f"data:image/bmp;base64,{text}") == (media_type, HEADS[media_type])


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        7,
        "",
        "é" * 8,
        "AAAA=AAA",
        base64.b64encode(b"<svg/>").decode(),
        base64.b64encode(b"%PDF-1.7").decode(),
        base64.b64encode(png()).decode() + "=",
    ],
)
async def test_what_is_no_picture_is_an_error_of_the_tree(encoded):
    with pytest.raises(UpstreamInvalid) as caught:
        await decode_image(encoded)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
