"""An upload as a file on this disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.core.files.storage import default_storage

from core.contract.errors import NotFound
from core.contract.transcription import AudioFile
from playground.models import Upload
from playground.uploads.scratch import scratch_folder


def local_path(row: Upload) -> Path:
    """The stored file itself, or a copy in the scratch folder where the storage is elsewhere."""
    try:
        return Path(default_storage.path(row.file))
    except NotImplementedError:
        pass
    copy = scratch_folder() / f"{row.id}{Path(row.file).suffix}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with default_storage.open(row.file, "rb") as stored, copy.with_suffix(".part").open("wb") as target:
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
