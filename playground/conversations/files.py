"""Uploads in messages: as `Media` in a request, as a summary in a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from core.bodies.files.data_urls import MessageFile
from core.bodies.files.message_files import attachment_type
from core.contract.chat import FILE_FIELDS, Media, Modality
from core.contract.errors import InvalidRequest, NotFound
from core.models import User
from playground.models import Upload
from playground.uploads.local_file import local_path

FACTS = ("duration", "width", "height", "pages")


class RequestFiles:
    """The uploads of one request, each looked up once and for its owner only; blocking."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.rows: dict[UUID, Upload] = {}

    def take(self, found: MessageFile) -> Media:
        """The file that `{"upload": ID}` names.

        Raises `NotFound` for an unknown id, one of another user and a deleted file, `InvalidRequest` for a
        file of another type and for base64: files have to be uploaded first.
        """
        if not found.upload:
            raise InvalidRequest("Files are uploaded first and named by their id.", param=found.param)
        row = self.row(found.upload)
        if row is None:
            raise NotFound("There is no such upload, or it is not yours.", param=found.param)
        return media(row, found)

    def row(self, upload: str) -> Upload | None:
        try:
            wanted = UUID(upload)
        except ValueError:
            return None
        if wanted not in self.rows:
            row = Upload.objects.for_user(self.user).filter(id=wanted).first()
            if row is None:
                return None
            self.rows[wanted] = row
        return self.rows[wanted]


def media(row: Upload, found: MessageFile) -> Media:
    """Raises as `RequestFiles.take`."""
    path = local_path(row)
    try:
        with path.open("rb") as file:
            kind = attachment_type(file, row.bytes, found)
    except FileNotFoundError:
        raise NotFound(
            f"The file {row.name} is no longer kept.", param=found.param, code="file_gone"
        ) from None
    return Media(
        modality=found.modality,
        path=str(path),
        media_type=kind.media_type,
        size=row.bytes,
        name=f"{found.modality.value}.{kind.extension}",
        format=kind.format,
        seconds=row.seconds,
        upload=str(row.id),
    )


def file_summary(row: Upload) -> dict[str, Any]:
    """What a message stores of a file, and shows once the file is deleted.

    `id`, `name`, `media_type`, `bytes`, `url`, and those of `FACTS` that were measured.
    """
    known = {"id": str(row.id), "name": row.name, "media_type": row.media_type, "bytes": row.bytes}
    facts = {name: row.probe[name] for name in FACTS if name in row.probe}
    return {**known, **facts, "url": reverse("playground:upload", args=[row.id])}


def stored_part(part: Mapping[str, Any], rows: Mapping[UUID, Upload]) -> dict[str, Any]:
    """A canonical part as a row stores it: `{"upload": …}`, with `file_summary`, in place of the file."""
    kind = part["type"]
    if kind not in FILE_FIELDS or not isinstance(inner := part.get(kind), Mapping):
        return dict(part)
    key = FILE_FIELDS[kind][1]
    file = inner.get(key)
    if not isinstance(file, Media):
        return dict(part)
    rest = {name: value for name, value in inner.items() if name != key}
    return {**part, kind: {**rest, "upload": file_summary(rows[UUID(file.upload)])}}


def upload_of(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """The summary of the file in a stored part; None where it has no upload."""
    inner = part.get(part["type"])
    found = inner.get("upload") if isinstance(inner, Mapping) else None
    return found if isinstance(found, dict) else None


def modality_of(part: Mapping[str, Any]) -> Modality | None:
    """The modality of a part; None for text."""
    kind = FILE_FIELDS.get(part["type"])
    return kind[0] if kind else None
