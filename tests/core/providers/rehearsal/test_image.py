from __future__ import annotations

import struct
import zlib
from contextlib import aclosing

import pytest

from core.contract.errors import Unsupported, UpstreamFailed, UpstreamUnreachable
from core.contract.events import Event, ImagePartial, ImageReady, Used
from core.contract.image import ImageFormat, ImageMode, ImageRequest
from core.contract.route import Target
from core.media.image_size import has_alpha
from core.providers.base import ImageAdapter
from core.providers.registry import adapter
from core.providers.rehearsal.picture import board, colours
from tests.core.catalogue.requests import image_file

pytestmark = pytest.mark.anyio


def target(model: str = "rehearsal-image", **options: object) -> Target:
    return Target(1, "rehearsal", "Rehearsal", "rehearsal", "", model, options=options)


async def draw(to: Target | None = None, events: list[Event] | None = None, **fields) -> list[Event]:
    found = events if events is not None else []
    request = ImageRequest("local/rehearsal-image", fields.pop("prompt", "a red boat"), **fields)
    async with aclosing(adapter("rehearsal").draw(to or target(), request)) as stream:
        async for event in stream:
            found.append(event)
    return found


def png(data: bytes) -> tuple[int, int, dict[bytes, bytes]]:
    """Width, height and chunks; their checksums are right and there are as many rows as there should be."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size])[0] == zlib.crc32(name + body)
        chunks[name], place = body, place + 12 + size
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + -(-width // 8))
    return width, height, chunks


def test_the_adapter_serves_images():
    assert isinstance(adapter("rehearsal"), ImageAdapter)


async def test_same_words_give_the_same_pictures_and_others_others():
    assert await draw(n=2) == await draw(n=2)
    first, second = [event.data for event in await draw(n=2) if isinstance(event, ImageReady)]
    assert len({first, second, (await draw(seed=1))[0].data, (await draw(prompt="a blue boat"))[0].data}) == 4


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, (1024, 1024)),
        ({"size": "auto"}, (1024, 1024)),
        ({"size": "1536x1024"}, (1536, 1024)),
        ({"size": "9x7"}, (9, 7)),
        ({"mode": ImageMode.EDIT, "images": (image_file(width=64, height=48),)}, (64, 48)),
    ],
)
async def test_pictures_have_the_size_asked_for(fields, size):
    ready, used = await draw(**fields)
    assert png(ready.data)[:2] == size
    assert used.usage.facts == {"size": "{}x{}".format(*size), "quality": "low"}


async def test_partial_pictures_come_where_a_stream_asks_for_them():
    found = await draw(partial_images=2, streamed=True, n=2, size="64x64")
    assert [type(event) for event in found] == [ImagePartial, ImagePartial, ImageReady] * 2 + [Used]
    assert [(event.index, event.number) for event in found if isinstance(event, ImagePartial)] == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
    assert len({event.data for event in found[:3]}) == 3
    assert [type(event) for event in await draw(partial_images=2)] == [ImageReady, Used]


async def test_usage_counts_words_and_pictures():
    images = (image_file(), image_file())
    used = (await draw(n=2, mode=ImageMode.EDIT, images=images, quality="high", size="8x8"))[-1]
    assert {name: int(value) for name, value in used.usage.units().items()} == {
        "text_in.token": 3,
        "image_in.image": 2,
        "image_out.image": 2,
    }
    assert used.usage.facts == {"size": "8x8", "quality": "high"}


async def test_a_transparent_background_has_an_alpha(tmp_path):
    for background in ("transparent", "opaque"):
        ready = (await draw(background=background, size="16x16"))[0]
        path = tmp_path / f"{background}.png"
        path.write_bytes(ready.data)
        assert has_alpha(path) is (background == "transparent")


async def test_other_formats_are_refused():
    with pytest.raises(Unsupported) as caught:
        await draw(format=ImageFormat.WEBP)
    assert caught.value.param == "output_format"


async def test_failures_come_on_demand():
    with pytest.raises(UpstreamFailed):
        await draw(target("rehearsal-image-500"))
    found: list[Event] = []
    with pytest.raises(UpstreamUnreachable):
        await draw(target(fail="cut"), found, n=3, size="8x8")
    assert [type(event) for event in found] == [ImageReady]


def test_a_board_has_its_fields_in_two_colours():
    _width, _height, chunks = png(board(16, 2, "words", fields=2))
    assert chunks[b"PLTE"] == b"".join(colours("words"))
    assert zlib.decompress(chunks[b"IDAT"]) == b"\0\x00\xff" + b"\0\xff\x00"
