"""The folders below `MODELS_ROOT`: one per installed model, and `.partial` with what is being fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from core.contract.errors import Unavailable
from core.media import weights


def root() -> Path:
    """`MODELS_ROOT`."""
    if weights.root.folder is None:
        raise Unavailable("The folder of the models is not known before the settings are read.")
    return weights.root.folder


def installed(name: str) -> Path:
    """Where these weights are once they are whole."""
    return root() / name


def partial(name: str) -> Path:
    """Where their files are collected: finished ones under their names, unfinished ones as `NAME.part`."""
    return root() / ".partial" / name


def note(name: str) -> Path:
    """What the installation that runs, or the last one that failed, tells others."""
    return root() / ".partial" / f"{name}.json"


@contextmanager
def lock(name: str, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Held by the one process that installs or removes `name`; it ends with its process, however that dies.

    `wait` is called again and again while another one holds it; without it that raises `Unavailable`.
    """
    path = root() / ".partial" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        while not taken(file.fileno()):
            if wait is None:
                raise Unavailable(f"{name} is being installed by another process.")
            wait()
        yield


def taken(descriptor: int) -> bool:
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(name: str) -> bool:
    """Whether some process, this one included, installs or removes `name` now."""
    path = root() / ".partial" / f"{name}.lock"
    try:
        with path.open() as file:
            return not taken(file.fileno())
    except OSError:
        return False


def publish(name: str) -> Path:
    """Move the collected files into place: whole or not at all, even when the power fails."""
    collected, target = partial(name), installed(name)
    for path in (*collected.iterdir(), collected):
        sync(path)
    discard(target)
    collected.rename(target)
    sync(target.parent)
    return target


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(folder: Path) -> None:
    """Delete installed weights: gone under their name first, so that nobody finds half of them."""
    old = folder.parent / ".partial" / f"{folder.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
        shutil.rmtree(old)


def discard_partial(name: str) -> None:
    """Delete what an installation that did not end well has left."""
    shutil.rmtree(partial(name), ignore_errors=True)
    note(name).unlink(missing_ok=True)
