"""`POST /uploads/`: a file comes in by multipart and is known by an id from then on."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from core.bodies.sounds import TAKEN
from core.contract.errors import InvalidRequest, TooLarge
from core.contract.requests import Task
from core.models import User
from core.models.offload import offload
from playground.media_type import kind_of
from playground.models import Upload
from playground.sources import probed
from playground.views.answers import absent, signed_in

NAME_LENGTH = 200
HEAD = 512
HEARD = (Task.TRANSCRIPTION, Task.TRANSLATION)


@signed_in("POST")
async def create(request: HttpRequest, user: User) -> HttpResponseBase:
    """201 with the upload's `id`, `name`, `media_type`, `bytes` and what was found in it, such as `duration`.

    The form field `task` says what the file is for: what that cannot use is refused, and nothing is kept.
    """
    file = await offload(request.FILES.get, "file")
    if file is None:
        raise InvalidRequest("Send one file in the form field file.", param="file", code="missing_field")
    task = request.POST.get("task", "")
    row = await offload(store, user, checked(file), task)
    try:
        row.probe = await probed(row)
        if task in HEARD:
            require_sound(row)
        await offload(row.save, force_insert=True)
    except BaseException:
        await offload(default_storage.delete, row.file)
        raise
    return JsonResponse(described(row), status=201)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """Delete a file for good; transcripts made of it stay: 204."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise absent()
    await offload(row.delete)
    return HttpResponse(status=204)


def checked(file: UploadedFile) -> UploadedFile:
    """The file, where its size is one that is taken."""
    if not file.size:
        raise InvalidRequest("The file is empty.", param="file", code="empty_file")
    if file.size > settings.MAX_UPLOAD_MB * 1024 * 1024:
        raise TooLarge(f"A file may have at most {settings.MAX_UPLOAD_MB} MB.", param="file")
    return file


def store(user: User, file: UploadedFile, task: str) -> Upload:
    """The file under a generated name, as a row that is not saved yet."""
    media_type, extension = kind_of(file.read(HEAD))
    file.seek(0)
    if task in HEARD and not media_type.startswith(("audio/", "video/")):
        what = "text" if media_type == "text/plain" else "no sound and no video"
        raise InvalidRequest(
            f"This file is {what}, whatever its name says. Send one of {TAKEN}.",
            param="file",
            code="unsupported_media",
        )
    upload_id = uuid4()
    return Upload(
        id=upload_id,
        user=user,
        name=shown_name(file.name or ""),
        media_type=media_type,
        bytes=file.size,
        file=default_storage.save(f"uploads/{user.pk}/{upload_id}.{extension}", file),
    )


def require_sound(row: Upload) -> None:
    if "video_codec" in row.probe and "codec" not in row.probe:
        raise InvalidRequest("There is no sound in this video.", param="file", code="no_sound")


def shown_name(name: str) -> str:
    """The client's file name as plain text of one line."""
    return "".join(character for character in name if character.isprintable())[:NAME_LENGTH] or "file"


def described(row: Upload) -> dict[str, Any]:
    facts = {"id": str(row.id), "name": row.name, "media_type": row.media_type, "bytes": row.bytes}
    return {**facts, **row.probe}
