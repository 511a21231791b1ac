"""One installation as it runs: its weights, its folder, whom it tells, and how it is stopped."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from core.contract.errors import Interrupted, UpstreamInvalid
from core.media.weights import WeightFile, Weights
from core.operations.weights import folders
from core.operations.weights.progress import Progress

BLOCK = 1 << 20
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""Those of a disk: no other source and no other attempt would help."""


@dataclass(frozen=True, slots=True)
class Job:
    """`report` gets every step of progress; once `stop` is set the installation ends with `Interrupted`."""

    weights: Weights
    report: Callable[[Progress], None]
    stop: Event

    @property
    def folder(self) -> Path:
        return folders.partial(self.weights.id)

    def missing(self) -> list[WeightFile]:
        """The files that are not collected yet; a file has its name only after its sum was right."""
        return [file for file in self.weights.files if not (self.folder / file.name).exists()]

    def collected(self) -> int:
        """Bytes of the files that are."""
        return self.weights.size - sum(file.size for file in self.missing())

    def part(self, file: WeightFile) -> Path:
        return self.folder / f"{file.name}.part"

    def check(self) -> None:
        if self.stop.is_set():
            raise Interrupted(f"The installation of {self.weights.id} was stopped.")

    def accept(self, file: WeightFile) -> None:
        """Give a finished part its name, or delete it where it is not the file that was meant."""
        part = self.part(file)
        size = part.stat().st_size
        found = digest(part, self.check) if size == file.size else ""
        if found != file.sha256:
            part.unlink()
            fault = (
                f"SHA-256 {found} instead of {file.sha256}"
                if found
                else f"{size} instead of {file.size} bytes"
            )
            raise UpstreamInvalid(f"{file.name} is another file: {fault}")
        part.rename(self.folder / file.name)


def digest(path: Path, check: Callable[[], None]) -> str:
    """SHA-256 of a file, with a call of `check` for every block."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            check()
            total.update(block)
    return total.hexdigest()
