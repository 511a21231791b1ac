"""The images of a request in a format that its provider takes, converted before the call.

`image_formats` in the options of a target are the names of formats; a target without them gets every file as
it is, but for a photo that is shown turned and has a mask. Others become PNG where that is taken, else WebP
or JPEG. A mask always is PNG.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from core.contract.image import ImageFile, ImageFormat, ImageRequest
from core.contract.route import Target
from core.media import client
from core.media.image_size import is_turned

MADE = (ImageFormat.PNG, ImageFormat.WEBP, ImageFormat.JPEG)
"""The formats that are made here, the exact ones first."""


@asynccontextmanager
async def accepted_images(target: Target, request: ImageRequest) -> AsyncGenerator[ImageRequest, None]:
    """The request with all its images in formats that `target` takes; new files exist within the block.

    Raises `InvalidRequest` for what cannot be read, `Unavailable` where Pillow is missing.
    """
    formats = target.options.get("image_formats") or ()
    form = next((form for form in MADE if form in formats), None if formats else ImageFormat.PNG)
    kept = [await asyncio.to_thread(may_stay, formats, file, request) for file in request.images]
    if form is None or all(kept):
        yield request
        return
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    try:
        images = [
            file if stays else await converted(file, form, Path(folder.name) / str(number))
            for number, (file, stays) in enumerate(zip(request.images, kept, strict=True))
        ]
        yield replace(request, images=tuple(images))
    finally:
        await asyncio.to_thread(folder.cleanup)


def may_stay(formats: Sequence[str], file: ImageFile, request: ImageRequest) -> bool:
    """Whether a file is sent as it is; blocking. A mask is drawn on the photo as it is shown."""
    taken = not formats or file.media_type.removeprefix("image/") in formats
    return taken and not (request.mask is not None and is_turned(file.path))


async def converted(file: ImageFile, form: ImageFormat, path: Path) -> ImageFile:
    found = await client.reencode_image(file.path, path, form)
    name = f"{Path(file.name).stem or 'image'}.{form.extension}"
    return ImageFile(str(path), name, form.media_type, found.size, found.width, found.height)
