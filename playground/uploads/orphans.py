"""Files without rows, which a crash left, and rows whose file is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from playground.models import Run, Upload

log = logging.getLogger("polyphony.uploads")

AGE = timedelta(days=1)
"""Younger files may belong to a row that is about to be stored."""
FOLDERS = ("uploads", "runs", "partials")
"""Each has a folder for every user. Samples of voices have no rows: they can be made again."""


@dataclass(frozen=True, slots=True)
class OrphanReport:
    """Numbers of files deleted, of uploads deleted and of runs that lost their sound."""

    files: int = 0
    uploads: int = 0
    runs: int = 0


def sweep(now: datetime | None = None) -> OrphanReport:
    """Delete files without rows and rows without files, both older than `AGE`; blocking.

    Where more files are missing than are there, the storage itself is thought to be missing, and no row is
    touched.
    """
    oldest = (now or timezone.now()) - AGE
    files = delete_files(oldest)
    uploads = Upload.objects.filter(created_at__lt=oldest)
    runs = Run.objects.filter(created_at__lt=oldest).exclude(sound="")
    lost_uploads, kept_uploads = missing(uploads.values_list("id", "file").iterator())
    lost_runs, kept_runs = missing(runs.values_list("id", "sound").iterator())
    if len(lost_uploads) + len(lost_runs) > kept_uploads + kept_runs:
        log.error("%d stored files are missing: is MEDIA_ROOT there?", len(lost_uploads) + len(lost_runs))
        return OrphanReport(files)
    Upload.objects.filter(id__in=lost_uploads).delete()
    Run.objects.filter(id__in=lost_runs).update(sound="", format="", bytes=0)
    return OrphanReport(files, len(lost_uploads), len(lost_runs))


def missing(rows: Iterator[tuple[object, str]]) -> tuple[list[object], int]:
    """Ids of rows whose file is not in the storage, and how many have theirs."""
    lost, kept = [], 0
    for id, name in rows:
        if default_storage.exists(name):
            kept += 1
        else:
            lost.append(id)
    return lost, kept


def delete_files(oldest: datetime) -> int:
    """Delete files made before `oldest` that no row names; how many there were."""
    deleted = 0
    for folder in stored_folders():
        known = known_names(folder)
        for file in default_storage.listdir(folder)[1]:
            name = f"{folder}/{file}"
            if name not in known and default_storage.get_modified_time(name) < oldest:
                default_storage.delete(name)
                deleted += 1
    return deleted


def stored_folders() -> Iterator[str]:
    for top in FOLDERS:
        try:
            users = default_storage.listdir(top)[0]
        except (FileNotFoundError, NotImplementedError):
            continue
        yield from (f"{top}/{user}" for user in users)


def known_names(folder: str) -> set[str]:
    """Names of all files below `folder` that rows name."""
    names = set(Run.objects.filter(sound__startswith=f"{folder}/").values_list("sound", flat=True))
    for upload in Upload.objects.filter(file__startswith=f"{folder}/").only("file"):
        names |= {upload.file, upload.page}
    return names
