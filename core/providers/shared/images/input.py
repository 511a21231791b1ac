"""The images of a request as its provider gets them: in a format that it takes, without metadata.

`image_formats` in the options of a target are the names of formats; a target without them gets every file as
it is, but for a photo that is shown turned and has a mask. Others become PNG where that is taken, else WebP
or JPEG. A mask always is PNG. What stays as it is loses its metadata, the place where a photo was taken for
one; its pixels and how it is turned are kept.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from core.contract.errors import InvalidRequest
from core.contract.image import ImageFile, ImageFormat, ImageRequest
from core.contract.route import Target
from core.media import client
from core.media.image_parts.strip import strip
from core.media.image_size import UnreadableImage, is_turned

MADE = (ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.JPEG)
"""The formats that are made here, the exact ones first."""


@asynccontextmanager
async def accepted_images(target: Target, request: ImageRequest) -> AsyncGenerator[ImageRequest, None]:
    """The request with all its images in formats that `target` takes, and without metadata unless that is to
    be kept; new files exist within the block.

    Raises `InvalidRequest` for what cannot be read, `Unavailable` where Pillow is missing.
    """
    if not request.images:
        yield request
        return
    formats = target.options.get("image_formats") or ()
    form = next((form for form in MADE if form in formats), None if formats else ImageFormat.PNG)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    try:
        images = []
        for number, file in enumerate(request.images):
            path = Path(folder.name) / str(number)
            if form is not None and not await asyncio.to_thread(may_stay, formats, file, request):
                file = await converted(file, form, path)
            images.append(file if request.keep_metadata else await asyncio.to_thread(stripped, file, path))
        mask = request.mask
        if mask is not None and not request.keep_metadata:
            mask = await asyncio.to_thread(stripped, mask, Path(folder.name) / "mask")
        yield replace(request, images=tuple(images), mask=mask)
    finally:
        await asyncio.to_thread(folder.cleanup)


def stripped(file: ImageFile, path: Path) -> ImageFile:
    """The file without metadata, at `path` where it has some; blocking."""
    if Path(file.path) == path:  # it was made here
        return file
    try:
        with Path(file.path).open("rb") as source, path.open("wb") as target:
            if not strip(source, file.media_type.removeprefix("image/"), target):
                return file
            return replace(file, path=str(path), size=target.tell())
    except UnreadableImage as error:
        raise InvalidRequest(str(error), param="image", code="unsupported_media") from None


def may_stay(formats: Sequence[str], file: ImageFile, request: ImageRequest) -> bool:
    """Whether a file is sent as it is; blocking. A mask is drawn on the photo as it is shown."""
    taken = not formats or file.media_type.removeprefix("image/") in formats
    return taken and not (request.mask is not None and is_turned(file.path))


async def converted(file: ImageFile, form: ImageFormat, path: Path) -> ImageFile:
    found = await client.reencode_image(file.path, path, form)
    name = f"{Path(file.name).stem or 'image'}.{form.extension}"
    return ImageFile(str(path), name, form.media_type, found.size, found.width, found.height)
