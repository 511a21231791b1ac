"""How far an installation is, for whoever asks: it is in a file, so that any process can tell."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from enum import StrEnum

from core.media.weights import weights_folder
from core.operations.weights import folders

SECONDS_BETWEEN_NOTES = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` bytes were fetched from `source`; `error` says why the installation ended."""

    source: str = ""
    done: int = 0
    total: int = 0
    error: str = ""


class State(StrEnum):
    INSTALLED = "installed"
    RUNNING = "running"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Status:
    """`progress` is that of the running installation, or of the last one where it failed."""

    state: State
    progress: Progress


def status(name: str) -> Status:
    """What is known of these weights here; an unknown id raises."""
    running = folders.is_locked(name)
    if not running and weights_folder(name):
        return Status(State.INSTALLED, Progress())
    progress = read(name)
    if running:
        return Status(State.RUNNING, progress)
    return Status(State.FAILED if progress.error else State.ABSENT, progress)


def read(name: str) -> Progress:
    try:
        return Progress(**json.loads(folders.note(name).read_text()))
    except (OSError, ValueError, TypeError):
        return Progress()


def write(name: str, progress: Progress) -> None:
    """Tell others; where the disk is full they are told less."""
    path = folders.note(name)
    draft = path.with_suffix(".draft")
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(asdict(progress)))
        draft.replace(path)


class Note:
    """Writes progress down, a few times a second at most."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.written_at = 0.0

    def __call__(self, progress: Progress) -> None:
        if (now := time.monotonic()) - self.written_at >= SECONDS_BETWEEN_NOTES:
            self.written_at = now
            write(self.name, progress)
