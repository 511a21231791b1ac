"""Input pictures: opened without trust, turned upright, in sRGB, without what else their files say."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from core.media.worker.codecs.demuxers import image_size, input_type, unreadable
from core.media.worker.jobs.inspect.image import decoding_errors
from core.media.worker.libraries import pillow
from core.media.worker.output import JobError

ORIENTATION = 0x0112
MOST_PIXELS = 25_000_000
"""Of one input picture: an edit holds it a few times at once."""


def open_source(path: str, most: int = 0) -> Any:
    """The picture as RGBA, no side longer than `most` pixels where that is given; of an animation the first
    frame. Raises `JobError` for what is no picture, is damaged, or has too many pixels."""
    with Path(path).open("rb") as file:
        found = input_type(file)
        if not found.is_image:
            raise unreadable("This file is not a picture that can be edited: send png, jpeg, webp or gif.")
        check_size(*image_size(file, found.container))
        file.seek(0)
        with decoding_errors(), pillow().open(file, formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            check_size(image.width, image.height)
            if most:
                image.draft("RGB", (most, most))
            image.load()
            orientation = image.getexif().get(ORIENTATION, 1)
            upright = pillow("ImageOps").exif_transpose(image)
            whole = rgba(standard(upright, image.info.get("icc_profile")))
    if most and max(whole.size) > most:
        whole.thumbnail((most, most), pillow().Resampling.LANCZOS)
    whole.info = {"orientation": orientation}
    return whole


def check_size(wide: int, high: int) -> None:
    if wide * high > MOST_PIXELS:
        raise unreadable(
            f"A picture to be edited may have {MOST_PIXELS:,} pixels; this one has {wide * high:,}."
        )


def standard(image: Any, profile: bytes | None) -> Any:
    """The image in sRGB, where its file has another colour profile that can be read."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    cms = pillow("ImageCms")
    try:
        own = cms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in cms.getProfileDescription(own):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return cms.profileToProfile(image, own, cms.createProfile("sRGB"), outputMode=mode)
    except (cms.PyCMSError, OSError, ValueError):
        return image


def rgba(image: Any) -> Any:
    """Eight bits of red, green, blue and opacity."""
    if image.mode.startswith("I") or image.mode == "F":
        deep = image.convert("I")
        image = deep.point(lambda level: level / 256).convert("L")
    return image.convert("RGBA")


def open_mask(path: str, picture: Any) -> Any:
    """The opacity of a mask, 255 where the picture stays. It is as large as the picture upright, or as in its
    file: then it is turned as that was. Raises `JobError` for another size."""
    mask = open_source(path)
    turn = TURNS.get(picture.info["orientation"])
    if mask.size != picture.size and turn is not None:
        mask = mask.transpose(getattr(pillow().Transpose, turn))
    if mask.size != picture.size:
        found, wanted = (f"{wide}x{high}" for wide, high in (mask.size, picture.size))
        raise JobError("invalid", f"The mask has {found} pixels, the picture {wanted}.", "mask")
    return mask.getchannel("A")


TURNS = {5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE", 8: "ROTATE_90"}
"""What turns a picture upright, by its orientation in EXIF, where width and height change places."""
