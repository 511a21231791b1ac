"""The folder of this process for what it receives; those of processes that died are deleted at a start.

A lock on the folder says that its process lives, whatever ended it and wherever its id is counted.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from threading import Lock

from django.conf import settings

folders: dict[Path, Path] = {}
"""This process's folder in each MEDIA_ROOT; only tests have more than one."""

claims = Lock()


def incoming_folder() -> Path:
    """In MEDIA_ROOT, because `/tmp` may be in memory. Raises OSError where it cannot be created."""
    parent = Path(settings.MEDIA_ROOT) / "incoming"
    with claims:
        found = folders.get(parent)
        if found is None or not found.exists():
            found = folders[parent] = claim(parent)
        return found


def claim(parent: Path) -> Path:
    """A new folder for this process, after deleting those of dead ones."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(parent) as all_folders:
        flock(all_folders, LOCK_EX)  # no other process deletes the new one before it is locked
        for folder in parent.iterdir():
            delete_abandoned(folder)
        folder = Path(tempfile.mkdtemp(dir=parent))
        flock(os.open(folder, os.O_RDONLY), LOCK_EX)  # until the process ends
    return folder


def delete_abandoned(folder: Path) -> None:
    """Delete it unless its process lives."""
    with suppress(OSError), opened(folder) as descriptor:
        flock(descriptor, LOCK_EX | LOCK_NB)
        shutil.rmtree(folder)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def received_there() -> Iterator[None]:
    """Django's and Daphne's temporary files are in the folder as well."""
    before = tempfile.tempdir
    with suppress(OSError):  # a disk that cannot be written is told by the requests that need it
        tempfile.tempdir = str(incoming_folder())
    try:
        yield
    finally:
        tempfile.tempdir = before
