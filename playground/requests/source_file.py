"""What a run listens to: its owner's upload, as a file on this disk."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage

from core.contract.errors import InvalidRequest, NotFound, Unavailable
from core.contract.tasks import Task
from core.contract.transcription import AudioFile
from core.models import User
from core.models.offload import offload
from core.operations import media
from playground.models import Upload
from playground.runs.audio_file import live_folder

HEARD = (Task.TRANSCRIPTION, Task.TRANSLATION)
MEDIA = ("audio/", "video/", "image/", "application/pdf")
FACTS = ("codec", "channels", "sample_rate", "video_codec", "width", "height", "pages")
PLACES = ("file", "input_audio")
"""Where the bodies of these tasks have a file: an upload stands there as `{"upload": ID}`."""


async def source(user: User, task: Task, params: Mapping[str, Any]) -> tuple[Upload, AudioFile] | None:
    """The upload that `params` name, for tasks that listen to one. Raises `InvalidRequest` and `NotFound`."""
    if task not in HEARD:
        return None
    upload_id = named(params)
    row = await offload(Upload.objects.for_user(user).filter(id=upload_id).first)
    if row is None:
        raise NotFound("There is no such upload, or it is not yours.", param="file")
    if not row.media_type.startswith(("audio/", "video/")):
        raise InvalidRequest("This upload is no sound and no video.", param="file", code="unsupported_media")
    return row, await offload(sound_file, row)


def named(params: Mapping[str, Any]) -> UUID:
    given = next((params[name] for name in PLACES if name in params), None)
    try:
        return UUID(given["upload"])  # type: ignore[index]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidRequest(
            'file must be {"upload": the id of an upload}.', param="file", code="missing_field"
        ) from None


def sound_file(row: Upload) -> AudioFile:
    """Raises `NotFound` where the file is gone."""
    path = local_path(row)
    if not path.exists():
        raise NotFound("The file of this upload is gone.", param="file")
    return AudioFile(
        path=str(path),
        name=f"sound{path.suffix}",
        media_type=row.media_type,
        size=row.bytes,
        seconds=row.seconds,
    )


def local_path(row: Upload) -> Path:
    """The stored file itself, or a copy where the storage is elsewhere; copies are swept after a day."""
    try:
        return Path(default_storage.path(row.file))
    except NotImplementedError:
        pass
    copy = live_folder() / f"{row.id}{Path(row.file).suffix}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with default_storage.open(row.file, "rb") as stored, copy.with_suffix(".part").open("wb") as target:
            shutil.copyfileobj(stored, target)
        copy.with_suffix(".part").rename(copy)
    return copy


async def probed(row: Upload) -> dict[str, Any]:
    """What was measured in the file, such as `duration`; what it is by its content corrects `media_type`.

    Raises `InvalidRequest` for a broken file. Without the worker's extra only a WAV file tells something.
    """
    if not row.media_type.startswith(MEDIA):
        return {}
    path = await offload(local_path, row)
    try:
        found = await media.probe_file(path)
    except Unavailable:
        return await offload(wav_facts, path) if row.media_type == "audio/wav" else {}
    row.media_type = found.media_type
    facts = {name: getattr(found, name) for name in FACTS}
    facts["duration"] = found.seconds
    return {name: value for name, value in facts.items() if value is not None}


def wav_facts(path: Path) -> dict[str, Any]:
    try:
        with wave.open(str(path), "rb") as sound:
            rate, channels = sound.getframerate(), sound.getnchannels()
            return {
                "duration": round(sound.getnframes() / rate, 3),
                "sample_rate": rate,
                "channels": channels,
            }
    except (wave.Error, EOFError, ZeroDivisionError):
        return {}
