"""A picture that was sent along, with its size in pixels."""

from __future__ import annotations

from pathlib import Path

from core.contract.chat import Media
from core.contract.errors import InvalidRequest
from core.contract.image import ImageFile
from core.media import image_size
from core.media.image_parts.strip import check_whole


def image_file(media: Media, param: str) -> ImageFile:
    """The picture of a `Media`; blocking. Raises `InvalidRequest` naming `param` for one that is damaged or
    cut off, for no pixels and too many."""
    container = media.media_type.removeprefix("image/")
    try:
        with Path(media.path).open("rb") as file:
            width, height = image_size.size(file, container)
            check_whole(file, container)
    except image_size.UnreadableImage as error:
        raise InvalidRequest(str(error), param=param, code="unsupported_media") from error
    return ImageFile(media.path, media.name, media.media_type, media.size, width, height, media.upload)
