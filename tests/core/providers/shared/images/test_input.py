from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from core.contract.events import ImageReady, Used
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.contract.route import Policy, Route, Target
from core.contract.usage import Usage
from core.media.pool.shared import close_shared_pools
from core.providers import registry
from core.providers.shared.images.input import accepted_images
from core.routing import dispatch
from core.routing.health import Health
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
def workers():
    yield
    close_shared_pools()


def picture(folder: Path, form: str) -> ImageFile:
    path = folder / f"picture.{form}"
    Image.new("RGB", (12, 8), "red").save(path, form)
    return ImageFile(str(path), f"image.{form}", f"image/{form}", path.stat().st_size, 12, 8)


def target(**options: object) -> Target:
    return Target(1, "ada", "Ada", "w", "http://x.test", "m", options=options)


def request(*images: ImageFile) -> ImageRequest:
    return ImageRequest("m", "Make it blue", ImageMode.EDIT, images)


@pytest.mark.parametrize("options", [{}, {"image_formats": ["png", "gif"]}, {"image_formats": ["gif"]}])
async def test_files_that_are_taken_stay_as_they_are(tmp_path, options):
    asked = request(picture(tmp_path, "png"), picture(tmp_path, "gif"))
    async with accepted_images(target(**options), asked) as sent:
        assert sent == asked


@pytest.mark.parametrize(
    ("formats", "name", "media_type"),
    [
        (["png", "jpeg", "webp"], "image.png", "image/png"),
        (["jpeg"], "image.jpg", "image/jpeg"),
        (["jpeg", "webp"], "image.webp", "image/webp"),
    ],
)
async def test_other_files_are_converted_and_removed_afterwards(tmp_path, formats, name, media_type):
    gif = picture(tmp_path, "gif")
    async with accepted_images(target(image_formats=formats), request(gif)) as sent:
        [found] = sent.images
        assert (found.name, found.media_type, found.width, found.height) == (name, media_type, 12, 8)
        assert measured(found.path) == (found.size, media_type)
    assert (measured(found.path), measured(gif.path)) == (None, (gif.size, "image/gif"))


def measured(path: str) -> tuple[int, str | None] | None:
    """Bytes and type of a picture; None where there is none."""
    file = Path(path)
    if not file.exists():
        return None
    with Image.open(file) as image:
        return file.stat().st_size, image.get_format_mimetype()


async def test_a_route_converts_for_the_target_that_is_called(tmp_path, monkeypatch):
    seen: list[str] = []

    class Painter:
        async def draw(self, target, request):
            seen.extend(file.media_type for file in request.images)
            yield ImageReady(0, "image/png", b"png")
            yield Used(Usage())

    monkeypatch.setattr(registry, "adapter", lambda wire: Painter())
    way = Route("m", (target(image_formats=["png"]),), Policy(retries=0))
    asked = request(picture(tmp_path, "gif"), picture(tmp_path, "png"))
    async with aclosing(dispatch.answer(way, asked, MemoryAttemptLog(), Health())) as events:
        found = [event async for event in events]
    assert seen == ["image/png", "image/png"]
    assert isinstance(found[-1], Used)


PLACE = b"52 deg 31 min"


def photo(folder: Path, name: str) -> ImageFile:
    """A PNG that tells where it was made."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Place", PLACE.decode())
    path = folder / name
    Image.new("RGB", (12, 8), "red").save(path, "png", pnginfo=text)
    return ImageFile(str(path), "image.png", "image/png", path.stat().st_size, 12, 8)


@pytest.mark.parametrize("keep", [False, True])
async def test_no_provider_is_told_where_a_photo_was_taken(tmp_path, keep):
    asked = replace(request(photo(tmp_path, "a.png")), mask=photo(tmp_path, "b.png"), keep_metadata=keep)
    async with accepted_images(target(image_formats=["png"]), asked) as sent:
        assert sent.mask is not None
        found = [contents(file) for file in (*sent.images, sent.mask)]
        assert [PLACE in data for data in found] == [keep, keep]
        assert [len(data) for data in found] == [sent.images[0].size, sent.mask.size]
    assert [PLACE in contents(file) for file in asked.images] == [True]


def contents(file: ImageFile) -> bytes:
    return Path(file.path).read_bytes()


async def test_a_photo_lies_as_its_mask_does(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (12, 8), "red").save(path, "jpeg", exif=turned)
    photo = ImageFile(str(path), "image.jpg", "image/jpeg", path.stat().st_size, 8, 12)
    mask = picture(tmp_path, "png")
    alone = request(photo)
    async with accepted_images(target(), alone) as sent:
        with Image.open(sent.images[0].path) as found:
            assert (found.size, found.format, dict(found.getexif())) == ((12, 8), "JPEG", {0x0112: 6})
    async with accepted_images(target(image_formats=["jpeg", "png"]), replace(alone, mask=mask)) as sent:
        with Image.open(sent.images[0].path) as found:
            assert (found.size, found.format, found.getexif().get(0x0112)) == ((8, 12), "PNG", None)
