"""Pictures become new files of a wanted format and size, with nothing in them but pixels."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFormat
from core.media.client import Picture, reencode_image
from core.media.pool.shared import close_shared_pools
from core.providers.rehearsal.picture import SIGNATURE, board, chunk

pytestmark = pytest.mark.anyio

POSITION = b"N 48 12"


@pytest.fixture(scope="module", autouse=True)
def workers():
    yield
    close_shared_pools()


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "source"


def with_metadata(form: str, size: tuple[int, int] = (40, 20)) -> bytes:
    """A red picture with the position of a camera held sideways in its EXIF, and a colour profile."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = POSITION.decode()
    file = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", size, (200, 30, 30)).save(file, form, exif=exif, icc_profile=profile)
    return file.getvalue()


async def reencoded(source: Path, content: bytes, form: ImageFormat, **limits) -> tuple[Picture, Image.Image]:
    target = given(source, content)
    found = await reencode_image(source, target, form, **limits)
    image = opened(target)
    assert found == Picture(target.stat().st_size, *image.size)
    return found, image


def given(source: Path, content: bytes) -> Path:
    """Where the new file goes."""
    source.write_bytes(content)
    return source.with_name("target")


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


@pytest.mark.parametrize("given", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("form", [ImageFormat.PNG, ImageFormat.JPEG, ImageFormat.WEBP])
async def test_metadata_is_left_behind_and_the_picture_stands_upright(source, given, form):
    content = with_metadata(given)
    assert POSITION in content
    _found, image = await reencoded(source, content, form)
    assert (image.format, image.size) == (form.upper(), (20, 40))
    assert not {"exif", "icc_profile", "dpi", "comment"} & set(image.info)
    assert POSITION not in source.with_name("target").read_bytes()
    colour = image.convert("RGB").getpixel((5, 5))
    assert all(abs(a - b) < 8 for a, b in zip(colour, (200, 30, 30), strict=True))


async def test_auto_is_png(source):
    _found, image = await reencoded(source, with_metadata("WEBP"), ImageFormat.AUTO)
    assert image.format == "PNG"


async def test_a_side_is_scaled_to_the_edge(source):
    found, _image = await reencoded(source, with_metadata("JPEG", (400, 200)), ImageFormat.PNG, edge=100)
    assert (found.width, found.height) == (50, 100)
    small, _image = await reencoded(source, with_metadata("PNG", (40, 20)), ImageFormat.PNG, edge=100)
    assert (small.width, small.height) == (20, 40)


async def test_opacity_stays_or_becomes_white(source):
    content = board(64, 64, "words", fields=2, transparent=True)
    _found, clear = await reencoded(source, content, ImageFormat.WEBP)
    assert set(clear.convert("RGBA").tobytes()[3::4]) == {0, 255}
    _found, plain = await reencoded(source, content, ImageFormat.JPEG, quality=100)
    assert min(plain.getpixel((0, 0))) > 240


async def test_a_lower_quality_makes_a_smaller_file(source):
    content = io.BytesIO()
    Image.effect_noise((200, 200), 60).save(content, "PNG")
    low, _image = await reencoded(source, content.getvalue(), ImageFormat.WEBP, quality=10)
    high, _image = await reencoded(source, content.getvalue(), ImageFormat.WEBP, quality=95)
    assert low.size * 2 < high.size


async def test_of_an_animation_the_first_frame_is_taken(source):
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    _found, image = await reencoded(source, file.getvalue(), ImageFormat.PNG)
    assert (image.convert("RGB").getpixel((0, 0)), getattr(image, "n_frames", 1)) == ((255, 0, 0), 1)


@pytest.mark.parametrize("mode", ["I;16", "L", "LA", "P", "1", "CMYK", "RGBA"])
async def test_every_kind_of_pixels_is_read(source, mode):
    file = io.BytesIO()
    Image.new(mode, (8, 8)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    _found, image = await reencoded(source, file.getvalue(), ImageFormat.PNG)
    assert image.mode in ("RGB", "RGBA")


def bomb() -> bytes:
    """A PNG that says it has 49 million pixels and is tiny."""
    header = struct.pack(">IIBBBBB", 7000, 7000, 8, 6, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bomb(), "A picture may have 40,000,000 pixels; this one has 49,000,000."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "This is no kind of file"),
        (b"%PDF-1.4\n%%EOF", "This file is not a picture."),
        (with_metadata("PNG")[:150], "This picture is damaged"),
        (b"", "The file is empty."),
    ],
)
async def test_what_is_no_picture_is_refused_and_leaves_nothing(source, content, message):
    target = given(source, content)
    with pytest.raises(InvalidRequest) as refused:
        await reencode_image(source, target, ImageFormat.PNG)
    assert refused.value.message.startswith(message)
    assert not target.exists()
