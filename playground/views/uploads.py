"""`POST /uploads/`: a file comes in by multipart and is known by an id from then on."""

from __future__ import annotations

import wave
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from core.contract.errors import InvalidRequest, TooLarge
from core.models import User
from core.models.offload import offload
from playground.media_type import EXTENSIONS, sniff
from playground.models import Upload
from playground.views.answers import signed_in

NAME_LENGTH = 200


@signed_in("POST")
async def create(request: HttpRequest, user: User) -> HttpResponseBase:
    """201 with the upload's `id`, `name`, `media_type`, `bytes` and, for WAV, `duration` in seconds."""
    file = await offload(request.FILES.get, "file")
    if file is None:
        raise InvalidRequest("Send one file in the form field file.", param="file", code="missing_field")
    limit = settings.MAX_UPLOAD_MB * 1024 * 1024
    if not file.size:
        raise InvalidRequest("The file is empty.", param="file", code="empty_file")
    if file.size > limit:
        raise TooLarge(f"A file may have at most {settings.MAX_UPLOAD_MB} MB.", param="file")
    row = await offload(store, user, file)
    return JsonResponse(described(row), status=201)


def store(user: User, file: UploadedFile) -> Upload:
    media_type = sniff(file.read(512))
    file.seek(0)
    upload_id = uuid4()
    extension = EXTENSIONS.get(media_type, "bin")
    probe = wav_facts(file) if media_type == "audio/wav" else {}
    file.seek(0)
    stored = default_storage.save(f"uploads/{user.pk}/{upload_id}.{extension}", file)
    return Upload.objects.create(
        id=upload_id,
        user=user,
        name=shown_name(file.name or ""),
        media_type=media_type,
        bytes=file.size,
        file=stored,
        probe=probe,
    )


def shown_name(name: str) -> str:
    """The client's file name as plain text of one line."""
    return "".join(character for character in name if character.isprintable())[:NAME_LENGTH] or "file"


def wav_facts(file: UploadedFile) -> dict[str, Any]:
    try:
        with wave.open(file.file, "rb") as sound:
            rate, channels = sound.getframerate(), sound.getnchannels()
            return {
                "duration": round(sound.getnframes() / rate, 3),
                "sample_rate": rate,
                "channels": channels,
            }
    except (wave.Error, EOFError, ZeroDivisionError):
        return {}


def described(row: Upload) -> dict[str, Any]:
    facts = {"id": str(row.id), "name": row.name, "media_type": row.media_type, "bytes": row.bytes}
    return {**facts, **row.probe}
