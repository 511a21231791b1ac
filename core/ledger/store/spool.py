"""Settlements while the database is away: one fsync'd file per batch, replayed when it is back.

Files are complete once they have their final name and never change, so any process of this machine may
replay them; a second replay changes nothing, because only an open record can be settled.
"""

from __future__ import annotations

import itertools
import logging
import os
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
from django.conf import settings

from core.ledger.store.batch import Write, apply
from core.models.outage import DATABASE_AWAY

log = logging.getLogger("polyphony.ledger")
serial = itertools.count()
waiting = False
"""Whether this process has spooled settlements that are not replayed yet."""

in_memory: deque[Write] = deque()
"""Settlements that the disk did not take either; if the process dies, the sweep settles their records."""


def folder() -> Path:
    return Path(settings.VAR) / "ledger-spool"


def store(writes: Sequence[Write]) -> None:
    """Keep settlements until the database is back. Never raises, because the writer's thread must go on."""
    global waiting
    waiting = True
    try:
        write_file(writes)
    except OSError as error:
        in_memory.extend(writes)
        log.error("%d settlements wait in memory, the disk takes none: %s", len(writes), error.strerror)
    else:
        log.warning("%d settlements spooled: the database does not answer", len(writes))


def write_file(writes: Sequence[Write]) -> None:
    """On return the settlements survive a crash of the process and of the machine. Raises OSError."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{time.time_ns()}-{os.getpid()}-{next(serial)}.json"
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps([asdict(write) for write in writes]))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(place)


def sync_folder(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def pending() -> list[Path]:
    return sorted(folder().glob("*.json"))


def replay() -> int:
    """Store the spooled settlements and remove their files; the number of records that this changed.

    Raises OperationalError while the database is still away. A file that the database refuses for another
    reason is renamed to `.rejected` and logged, so that it does not block the rest.
    """
    return replay_memory() + sum(replay_file(path) for path in pending())


def replay_memory() -> int:
    changed = 0
    while in_memory:
        try:
            write = in_memory.popleft()
        except IndexError:  # another thread was quicker
            break
        try:
            changed += apply([write]) == [True]
        except DATABASE_AWAY:
            in_memory.append(write)
            raise
        except Exception:
            log.exception("a settlement is not acceptable: %s", write.id)
    return changed


def replay_file(path: Path) -> int:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return 0
    changed = 0
    try:
        changed = sum(apply([from_json(fields)]) == [True] for fields in orjson.loads(content))
    except DATABASE_AWAY:
        raise
    except Exception:
        log.exception("a spooled settlement is not acceptable: %s", path.name)
        path.rename(path.with_suffix(".rejected"))
        return changed
    path.unlink(missing_ok=True)
    return changed


def from_json(fields: dict[str, object]) -> Write:
    """A `Write` from its JSON object, whose lists become tuples."""
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    plain["closed"] = tuple(tuple(row) for row in plain["closed"])
    return Write(**plain)
