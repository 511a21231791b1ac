"""Images of an answer, stored as uploads of their owner."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.contract.events import ImageReady
from core.media.sniffer import upload_type
from playground.conversations.files import file_summary
from playground.models import Run, Upload
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
