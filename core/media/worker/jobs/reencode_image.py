"""An image of any kind that is read here becomes a new file: pixels only, of a bounded size."""

from __future__ import annotations

import io
from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.media.worker.codecs.demuxers import image_size, input_type, unreadable
from core.media.worker.jobs.inspect.image import decoding_errors, open_image
from core.media.worker.libraries import pillow
from core.media.worker.output import Output

MOST_PIXELS = 40_000_000
"""A decoded picture takes four bytes for each, and there are two of it for a moment."""

QUALITY = 90
LONGEST = {"WEBP": 16_383, "JPEG": 65_500}
"""Pixels of a side that the formats have room for."""

OPAQUE_GROUND = "white"
Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """Write the image at `path` to `target` in `format` (`png`, `jpeg` or `webp`): upright, in sRGB, its
    first frame only, and without metadata; a side longer than `edge` is scaled down to that.

    `quality`, 0 to 100, is for jpeg and webp. Returns `{"bytes", "width", "height"}`. Raises `JobError` for
    what is no picture (SVG is none), damaged, or has more than `MOST_PIXELS`.
    """
    form = args["format"].upper()
    with Path(args["path"]).open("rb") as file:
        found = input_type(file)
        if not found.is_image:
            raise unreadable("This file is not a picture.")
        width, height = image_size(file, found.container)
        check_pixels(width * height)
        with decoding_errors(), open_image(file) as image:
            check_pixels(image.width * image.height)
            edge = min(args["edge"] or max(image.size), LONGEST.get(form, max(image.size)))
            if found.container == "jpeg":  # is decoded at a fraction of its size where that is enough
                image.draft("RGB", (edge, edge))
            plain = upright(image, edge)
            yield
            content = encoded(plain, form, args["quality"])
    Path(args["target"]).write_bytes(content)
    return {"bytes": len(content), "width": plain.width, "height": plain.height}


def check_pixels(count: int) -> None:
    if count > MOST_PIXELS:
        raise unreadable(f"A picture may have {MOST_PIXELS:,} pixels; this one has {count:,}.")


def upright(image: Any, edge: int) -> Any:
    """The pixels, turned as the camera's note of its position says, in sRGB, within `edge`."""
    profile = image.info.get("icc_profile")
    turned = pillow("ImageOps").exif_transpose(image)
    plain = in_rgb(turned)
    if max(plain.size) > edge:
        plain.thumbnail((edge, edge), reducing_gap=2.0)
    return in_srgb(plain, profile) if profile and turned.mode in ("RGB", "RGBA") else plain


def in_rgb(image: Any) -> Any:
    """Red, green and blue, and opacity where the image has any."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in ("I", "F"):
        image = image.point(lambda level: level / 256).convert("L")
    clear = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if clear else "RGB")


def in_srgb(image: Any, profile: bytes) -> Any:
    """Colours of another profile as they look in sRGB; as they are where the profile cannot be read."""
    colours = pillow("ImageCms")
    try:
        return colours.profileToProfile(
            image, io.BytesIO(profile), colours.createProfile("sRGB"), outputMode=image.mode
        )
    except (colours.PyCMSError, OSError, ValueError):
        return image


def encoded(image: Any, form: str, quality: int | None) -> bytes:
    """A file with nothing but the pixels."""
    image.info = {}
    lossy = {"quality": QUALITY if quality is None else quality}
    file = io.BytesIO()
    if form == "JPEG":
        opaque(image).save(file, form, **lossy)
    else:
        image.save(file, form, **(lossy if form == "WEBP" else {}))
    return file.getvalue()


def opaque(image: Any) -> Any:
    """The image on a white ground: JPEG has no opacity."""
    if image.mode == "RGB":
        return image
    ground = pillow().new("RGB", image.size, OPAQUE_GROUND)
    ground.paste(image, mask=image.getchannel("A"))
    return ground
