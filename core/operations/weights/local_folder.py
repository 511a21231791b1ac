"""Weights from a folder: copied, checked as if they came from far away."""

from __future__ import annotations

from pathlib import Path

from core.contract.errors import UpstreamUnreachable
from core.media.weights import WeightFile
from core.operations.weights.job import BLOCK, Job
from core.operations.weights.progress import Progress


def copy_files(job: Job, source: str, folder: Path) -> None:
    """Copy what is missing from `folder`, or from the folder in it that has the name of the weights."""
    own = folder / job.weights.id
    for file in job.missing():
        copy_file(job, source, file, (own if own.is_dir() else folder) / file.name)


def copy_file(job: Job, source: str, file: WeightFile, path: Path) -> None:
    before = job.collected()
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UpstreamUnreachable(f"{path} cannot be read: {error.strerror}") from None
    with stream, job.part(file).open("wb") as part:
        while block := stream.read(BLOCK):
            job.check()
            part.write(block)
            job.report(Progress(source, before + part.tell(), job.weights.size))
    job.accept(file)
