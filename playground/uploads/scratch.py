"""The private folder below `MEDIA_ROOT` for files that are needed for the time of a run only."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from django.conf import settings

MAX_AGE = 24 * 3600
"""Seconds after which a file belongs to no run any more."""


def scratch_folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "live"


def nameless_file() -> int:
    """A descriptor of a new file that ends with its last descriptor: a dead process leaves nothing behind."""
    scratch_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch_folder(), buffering=0) as file:
        return os.dup(file.fileno())


def delete_abandoned(now: float | None = None) -> int:
    """Delete files that a crash left behind `MAX_AGE` ago or earlier; how many there were."""
    cutoff = (now or time.time()) - MAX_AGE
    old = [path for path in scratch_folder().glob("*") if path.stat().st_mtime < cutoff]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
