"""Images of an answer, stored as uploads of their owner; unfinished ones as files without a row."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.contract.events import ImagePartial, ImageReady
from core.media import image_size
from core.media.sniffer import upload_type
from playground.conversations.files import file_summary
from playground.models import Run, Upload
from playground.models.run import partial_name
from playground.uploads.storage import save_file


def store_image(user_id: int, run: UUID, number: int, event: ImageReady) -> dict[str, Any]:
    """Store the file, its row and its link to the run; blocking.

    The result has `url` and `media_type`, and in `upload` what `file_summary` says of the file.
    """
    found = upload_type(BytesIO(event.data))
    upload_id = uuid4()
    name = save_file(f"uploads/{user_id}/{upload_id}.{found.extension}", ContentFile(event.data))
    row = Upload(
        id=upload_id,
        user_id=user_id,
        name=f"image-{number}.{found.extension}",
        media_type=found.media_type,
        bytes=len(event.data),
        file=name,
        probe=pixel_size(event.data, found.media_type),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Run.uploads.through.objects.create(run_id=run, upload_id=upload_id)
    except BaseException:
        default_storage.delete(name)
        raise
    known = file_summary(row)
    return {"url": known["url"], "media_type": found.media_type, "upload": known}


def pixel_size(data: bytes, media_type: str) -> dict[str, int]:
    """`width` and `height`, so that pages can reserve the place of a picture; empty for a damaged one."""
    try:
        width, height = image_size.size(BytesIO(data), media_type.removeprefix("image/"))
    except (image_size.UnreadableImage, KeyError):
        return {}
    return {"width": width, "height": height}


def store_partial(user_id: int, run: UUID, event: ImagePartial) -> str:
    """Store an unfinished picture for a day or as long as the run; its name in the storage. Blocking."""
    return save_file(partial_name(user_id, run, event.index, event.number), ContentFile(event.data))


def erase_partials(names: Iterable[str]) -> None:
    """Delete unfinished pictures; blocking."""
    for name in names:
        default_storage.delete(name)
