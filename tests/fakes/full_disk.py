"""A storage whose disk is full after some bytes: as Django's, it leaves the part that was written."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

ROOM = 100


class FullDisk(FileSystemStorage):
    """`ROOM` bytes are left for each file."""

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content.read(ROOM))
        raise OSError(errno.ENOSPC, "No space left on device")
