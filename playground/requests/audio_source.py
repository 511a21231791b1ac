"""The sound that a transcription or a translation is made of: an upload, or the sound of an earlier run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.contract.errors import InvalidRequest, NotFound
from core.contract.transcription import AudioFile
from core.models import User
from core.models.offload import offload
from playground.models import Run, Upload
from playground.uploads.local_file import local_audio, local_sound

FIELDS = ("file", "input_audio")
"""Where the bodies of these tasks have a file: `{"upload": ID}` or `{"run": ID}` stands there."""


@dataclass(frozen=True, slots=True)
class AudioSource:
    """`name` is what the run is called after; `upload` is None for the sound of a run."""

    name: str
    file: AudioFile
    upload: Upload | None = None


async def find_audio(user: User, params: Mapping[str, Any]) -> AudioSource:
    """The user's sound that `params` name. Raises `InvalidRequest` and `NotFound`."""
    given = next((params[name] for name in FIELDS if name in params), None)
    for name, find in SOURCES.items():
        if isinstance(given, Mapping) and name in given:
            return await find(user, parse_id(given[name]))
    raise missing_file()


async def uploaded(user: User, upload_id: UUID) -> AudioSource:
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise NotFound("There is no such upload, or it is not yours.", param="file")
    if not row.media_type.startswith(("audio/", "video/")):
        raise InvalidRequest("This upload is no sound and no video.", param="file", code="unsupported_media")
    return AudioSource(row.name, await offload(local_audio, row), row)


async def spoken(user: User, run_id: UUID) -> AudioSource:
    row = await offload(Run.objects.for_user(user).filter(id=run_id).exclude(sound="").first)
    if row is None:
        raise NotFound("There is no such run with a sound, or it is not yours.", param="file")
    return AudioSource(row.title, await offload(local_sound, row))


SOURCES: Mapping[str, Callable[[User, UUID], Awaitable[AudioSource]]] = {"upload": uploaded, "run": spoken}


def parse_id(given: Any) -> UUID:
    try:
        return UUID(given)
    except (ValueError, TypeError, AttributeError):
        raise missing_file() from None


def missing_file() -> InvalidRequest:
    return InvalidRequest(
        'file must be {"upload": the id of an upload} or {"run": the id of a run with a sound}.',
        param="file",
        code="missing_field",
    )
