"""`POST /uploads/`: receive a file by multipart and store it under an id."""

from __future__ import annotations

from os.path import splitext
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.contract.errors import InvalidRequest, TooLarge
from core.contract.tasks import Task
from core.media.image_parts.strip import strip
from core.media.image_size import UnreadableImage
from core.media.sniffer import upload_type
from core.models import User
from core.models.offload import offload
from playground import studios
from playground.models import Upload
from playground.studios.facts import ANY_FILE, UploadRules
from playground.uploads.probe import probe
from playground.uploads.storage import save_file
from playground.views.json_response import not_found, signed_in

NAME_LENGTH = 200
EXTENSION_LENGTH = 20
TASK_NAMES = frozenset(Task)
MIB = 1024 * 1024


@signed_in("POST")
async def create(request: HttpRequest, user: User) -> HttpResponseBase:
    """201 with the upload's `id`, `name`, `media_type`, `bytes` and what was measured, such as `duration`.

    The form field `task` says what the file is for: one that it cannot use is rejected and not stored.
    """
    file = await offload(request.FILES.get, "file")
    if file is None:
        raise InvalidRequest(_("Send one file in the form field file."), param="file", code="missing_field")
    task = request.POST.get("task", "")
    row = await offload(create_upload, user, require_size(file), task)
    try:
        row.probe = await probe(row)
        if upload_rules(task).audio_required:
            require_audio(row)
        await offload(row.save, force_insert=True)
    except BaseException:
        await offload(default_storage.delete, row.file)
        raise
    return JsonResponse(serialize(row), status=201)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponseBase:
    """Delete a file; its transcripts stay: 204."""
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise not_found()
    await offload(row.delete)
    return HttpResponse(status=204)


def require_size(file: UploadedFile) -> UploadedFile:
    """The file itself. Raises `InvalidRequest` for an empty one, `TooLarge` above `MAX_UPLOAD_MB`."""
    if not file.size:
        raise InvalidRequest(_("The file is empty."), param="file", code="empty_file")
    if file.size > settings.MAX_UPLOAD_MB * MIB:
        limit = {"limit": settings.MAX_UPLOAD_MB}
        raise TooLarge(_("A file may have at most %(limit)s MB.") % limit, param="file")
    return file


def create_upload(user: User, file: UploadedFile, task: str) -> Upload:
    """The file under a generated name, as a row that is not saved yet."""
    found = upload_type(file)
    file.seek(0)
    require_accepted(upload_rules(task), found.media_type, file.size or 0)
    upload_id = uuid4()
    with TemporaryFile() as bare:
        content = without_metadata(file, found.container, bare) if task == Task.IMAGE else file
        return Upload(
            id=upload_id,
            user=user,
            name=display_name(file.name or ""),
            media_type=found.media_type,
            bytes=content.size,
            task=task if task in TASK_NAMES else "",
            file=save_file(f"uploads/{user.pk}/{upload_id}.{found.extension}", content),
        )


def without_metadata(file: UploadedFile, container: str, target: IO[bytes]) -> File:
    """A picture without what it tells of its making, written to `target` where it tells some. Raises
    `InvalidRequest` for one that is damaged."""
    try:
        if not strip(file, container, target):
            return file
    except UnreadableImage as error:
        raise InvalidRequest(str(error), param="file", code="unsupported_media") from None
    target.flush()
    return File(target)


def upload_rules(task: str) -> UploadRules:
    """Those of the tab; any file where there is no tab of this name."""
    return studios.MODULES[Task(task)].FACTS.uploads if task in studios.MODULES else ANY_FILE


def require_accepted(rules: UploadRules, media_type: str, size: int) -> None:
    """Raise `InvalidRequest` for a file that the tab cannot use, `TooLarge` for too large an image."""
    if not media_type.startswith(rules.media_types):
        raise unsupported_format(media_type, rules.formats)
    if rules.image_mb and media_type.startswith("image/") and size > rules.image_mb * MIB:
        raise TooLarge(
            _("A picture may have at most %(limit)s MB.") % {"limit": rules.image_mb}, param="file"
        )


def unsupported_format(media_type: str, formats: str) -> InvalidRequest:
    is_text = media_type == "text/plain"
    message = (
        _("This is a text file, whatever its name says. Supported: %(formats)s.")
        if is_text
        else _("Unsupported file type. Supported: %(formats)s.")
    )
    return InvalidRequest(message % {"formats": formats}, param="file", code="unsupported_format")


def require_audio(row: Upload) -> None:
    if "video_codec" in row.probe and "codec" not in row.probe:
        raise InvalidRequest("There is no sound in this video.", param="file", code="no_sound")


def display_name(name: str) -> str:
    """The client's file name as plain text of one line; a long one is cut before its extension."""
    printable = "".join(character for character in name if character.isprintable())
    stem, extension = splitext(printable)
    extension = extension[:EXTENSION_LENGTH]
    return stem[: NAME_LENGTH - len(extension)] + extension or "file"


def serialize(row: Upload) -> dict[str, Any]:
    facts = {"id": str(row.id), "name": row.name, "media_type": row.media_type, "bytes": row.bytes}
    return {**facts, **row.probe, "url": reverse("playground:upload", args=[row.id])}
