"""Uploads and sounds of runs as files on this disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage

from core.contract.audio import AudioFormat
from core.contract.errors import NotFound
from core.contract.transcription import AudioFile
from playground.models import Run, Upload
from playground.uploads.scratch import scratch_folder


def local_path(row: Upload) -> Path:
    return stored_path(row.file, row.id)


def stored_path(name: str, row_id: UUID) -> Path:
    """The stored file itself, or a copy in the scratch folder where the storage is elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        pass
    copy = scratch_folder() / f"{row_id}{Path(name).suffix}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with default_storage.open(name, "rb") as stored, copy.with_suffix(".part").open("wb") as target:
            shutil.copyfileobj(stored, target)
        copy.with_suffix(".part").rename(copy)
    return copy


def local_audio(row: Upload) -> AudioFile:
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


def local_sound(row: Run) -> AudioFile:
    """The sound of a run. Raises `NotFound` where the file is gone."""
    path = stored_path(row.sound, row.id)
    if not path.exists():
        raise NotFound("The sound of this run is gone.", param="file")
    return AudioFile(
        path=str(path),
        name=f"sound{path.suffix}",
        media_type=AudioFormat(row.format).media_type.partition(";")[0],
        size=path.stat().st_size,
        seconds=row.duration,
    )
