"""The upload that a transcription or a translation is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.contract.errors import InvalidRequest, NotFound
from core.contract.transcription import AudioFile
from core.models import User
from core.models.offload import offload
from playground.models import Upload
from playground.uploads.local_file import local_audio

FIELDS = ("file", "input_audio")
"""Where the bodies of these tasks have a file: an upload stands there as `{"upload": ID}`."""


async def find_audio_upload(user: User, params: Mapping[str, Any]) -> tuple[Upload, AudioFile]:
    """The upload that `params` name, and its file. Raises `InvalidRequest` and `NotFound`."""
    upload_id = parse_upload_id(params)
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise NotFound("There is no such upload, or it is not yours.", param="file")
    if not row.media_type.startswith(("audio/", "video/")):
        raise InvalidRequest("This upload is no sound and no video.", param="file", code="unsupported_media")
    return row, await offload(local_audio, row)


def parse_upload_id(params: Mapping[str, Any]) -> UUID:
    given = next((params[name] for name in FIELDS if name in params), None)
    try:
        return UUID(given["upload"])  # type: ignore[index]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidRequest(
            'file must be {"upload": the id of an upload}.', param="file", code="missing_field"
        ) from None
