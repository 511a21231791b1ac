"""What the servers need, taken away inside a block: the database, room on the disk, Redis."""

from __future__ import annotations

import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from redis import Redis

from tests.fakes.tcp_proxy import TcpProxy
from tests.proof.database import PostgreSQL, SQLite
from tests.proof.servers import Group
from tests.proof.stage import Stage

FLUSH_SECONDS = 0.02
Fault = Callable[[], AbstractContextManager[None]]


def of_database(stage: Stage, group: Group) -> dict[str, Fault]:
    """The database cannot be written, each for another reason."""
    database, between = stage.database, stage.database_proxy
    if isinstance(database, SQLite):
        return {
            "locked": database.locked,
            "read-only": database.read_only,
            "file gone": database.gone,
            "disk full": lambda: full_disk(stage, group),
        }
    assert isinstance(database, PostgreSQL)
    assert between is not None
    return {
        "silent": lambda: silent(between),
        "gone": lambda: gone(between),
        "read-only": database.read_only,
        "gone, disk full": lambda: gone_with_full_disk(stage, group, between),
    }


@contextmanager
def silent(between: TcpProxy) -> Iterator[None]:
    between.silence()
    try:
        yield
    finally:
        between.speak()


@contextmanager
def gone(between: TcpProxy) -> Iterator[None]:
    between.refuse()
    try:
        yield
    finally:
        between.speak()


@contextmanager
def gone_with_full_disk(stage: Stage, group: Group, between: TcpProxy) -> Iterator[None]:
    with gone(between), full_disk(stage, group):
        yield


def full_disk(stage: Stage, group: Group) -> AbstractContextManager[None]:
    """The small disk is filled; without one the servers may not write to files."""
    return filled(stage) if stage.disk.is_mount() else no_writing(group)


@contextmanager
def filled(stage: Stage) -> Iterator[None]:
    """Nothing is left on the small disk, and none of it is held back in SQLite's log."""
    if isinstance(stage.database, SQLite):
        stage.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = stage.disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        file.write(bytes(shutil.disk_usage(stage.disk).free))
        while True:
            file.write(bytes(512))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def no_writing(group: Group) -> Iterator[None]:
    """Files of the servers take no byte: a limit of the kernel's, which needs no rights."""
    with ExitStack() as stack:
        for process in (server.process for server in group.servers):
            before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
            stack.callback(resource.prlimit, process.pid, resource.RLIMIT_FSIZE, before)
        yield


@contextmanager
def emptied(url: str) -> Iterator[None]:
    """All that is in Redis, in the database of that number, is deleted again and again."""
    ended = threading.Event()

    def empty() -> None:
        with Redis.from_url(url) as store:
            while not ended.wait(FLUSH_SECONDS):
                store.flushdb()

    thread = threading.Thread(target=empty, name="flush")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
