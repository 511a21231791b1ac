"""Metadata leaves, pixels and the orientation stay; what is cut off is told."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from PIL import Image, ImageOps, PngImagePlugin

from core.media.image_parts.strip import check_whole, strip
from core.media.image_size import UnreadableImage
from tests.fakes.images import chunk, png

GPS = 0x8825
SECRET = b"52 deg 31 min"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
FORMS = ("JPEG", "PNG", "WEBP")


def drawing(mode: str = "RGB") -> Image.Image:
    noise = bytes((x * 7 + y * 13) % 256 for y in range(24) for x in range(32 * len(mode)))
    return Image.frombytes(mode, (32, 24), noise)


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = SECRET.decode()
    found.get_ifd(GPS)[2] = (52.0, 31.0, 0.0)
    return found


def photo(form: str, orientation: int = 1) -> bytes:
    """With everything that may tell a place, and a profile of colours that has to stay."""
    file, more = io.BytesIO(), {}
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        more = {"pnginfo": text}
    if form in ("JPEG", "WEBP"):
        more = {"xmp": XMP, "quality": 90}
    if form == "JPEG":
        more["comment"] = SECRET
    drawing().save(file, form, exif=exif(orientation), icc_profile=b"profile" * 20, **more)
    return file.getvalue() + (SECRET if form != "WEBP" else b"")


def stripped(data: bytes, container: str) -> bytes | None:
    target = io.BytesIO()
    return target.getvalue() if strip(io.BytesIO(data), container, target) else None


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("form", FORMS)
def test_a_photo_loses_its_place_and_keeps_its_looks(form, orientation):
    before = photo(form, orientation)
    assert SECRET in before
    after = stripped(before, form.lower())
    assert after
    assert SECRET not in after
    old, new = opened(before), opened(after)
    assert new.tobytes() == old.tobytes()
    assert new.info["icc_profile"] == b"profile" * 20
    assert dict(new.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
    assert ImageOps.exif_transpose(new).size == ImageOps.exif_transpose(old).size
    assert stripped(after, form.lower()) == (None if orientation == 1 else after)


def test_a_gif_goes_on_moving():
    file = io.BytesIO()
    frames = [drawing(), ImageOps.invert(drawing())]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=0, comment=SECRET, duration=50)
    before = file.getvalue()
    after = stripped(before, "gif")
    assert after
    assert SECRET in before
    assert SECRET not in after
    found = opened(after)
    assert (found.n_frames, found.info["loop"], found.info["duration"]) == (2, 0, 50)
    assert stripped(after, "gif") is None


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("WEBP", "RGBA"), ("JPEG", "RGB"), ("GIF", "RGB")]
)
def test_a_picture_without_metadata_stays_the_same_file(form, mode):
    file = io.BytesIO()
    drawing(mode).save(file, form, **({"progressive": True} if form == "JPEG" else {}))
    assert stripped(file.getvalue(), form.lower()) is None


@pytest.mark.parametrize("form", [*FORMS, "GIF"])
def test_what_is_cut_off_anywhere_is_refused(form):
    file = io.BytesIO()
    drawing().save(file, form)
    whole = file.getvalue()
    check_whole(io.BytesIO(whole), form.lower())
    for length in range(30, len(whole) - 1, 7):
        with pytest.raises(UnreadableImage):
            check_whole(io.BytesIO(whole[:length]), form.lower())


@pytest.mark.parametrize("form", [*FORMS, "GIF"])
def test_changed_bytes_are_refused_or_read_and_never_raise_anything_else(form):
    file = io.BytesIO()
    drawing().save(file, form)
    whole = file.getvalue()
    for start, end in pairwise(range(8, len(whole), max(1, len(whole) // 150))):
        for byte in (b"\0", b"\xff", b"\x7f"):
            broken = whole[:start] + byte * (end - start) + whole[end:]
            try:
                after = stripped(broken, form.lower())
            except UnreadableImage as error:
                assert str(error).startswith("This picture is ")  # noqa: PT017
            else:
                assert after is None or len(after) <= len(broken) + 40


def test_a_png_without_pixels_is_damaged():

    data = png()
    with pytest.raises(UnreadableImage, match="damaged"):
        check_whole(io.BytesIO(data[: data.index(b"IDAT") - 4] + chunk(b"IEND", b"")), "png")
