"""Prove the ledger: `python -m tests.proof [--quick]` prints each invariant and its count.

Real server processes, Daphne and uvicorn, up to four, on SQLite and, where they answer, on PostgreSQL with
Redis (`PROOF_DATABASE`, `PROOF_REDIS`). `--quick` is the part of it that the test suite
runs. Ends with 1 on the first invariant that does not hold.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from tests.fakes.scratch_databases import scratch_database
from tests.fakes.tcp_proxy import proxy
from tests.proof import deaths, loads, outages
from tests.proof.database import PostgreSQL, SQLite
from tests.proof.invariants import INVARIANTS, Books, Broken
from tests.proof.stage import Stage

SERVER = os.environ.get("PROOF_DATABASE", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("PROOF_REDIS", "redis://127.0.0.1:6379/13")
DISK_MB = 64
FOLDER = "polyphony-proof-"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--keep-going", action="store_true", help="check what follows a broken one too")
    options.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started and mounted is taken away
    for name in chosen.on or ("sqlite", "postgresql"):
        if name == "postgresql" and (reason := unreachable()):
            print(f"PostgreSQL and Redis: skipped, {reason}")
            continue
        if not prove(name, not chosen.quick, chosen.keep_going):
            return 1
    return 0


def prove(name: str, whole: bool, keep_going: bool) -> bool:
    """Run every phase on one database and print the table; whether all invariants hold."""
    began = time.monotonic()
    with {"sqlite": on_sqlite, "postgresql": on_postgresql}[name](whole) as stage:
        try:
            perform(stage)
            print(f"\n{stage.database.vendor}: {time.monotonic() - began:.0f} s", flush=True)
            for event, count in sorted(stage.notes.deaths.items()):
                print(f"  {event}: {count}")
            holds = passed(stage, keep_going)
        except Exception:
            stage.print_log()
            raise
        if not holds:
            stage.print_log()
        return holds


def perform(stage: Stage) -> None:
    """The phases, on one, two and four processes of either server."""
    for number, kind in ((1, "daphne"), (2, "uvicorn"), (4, "daphne" if stage.whole else "uvicorn")):
        with stage.servers(kind, number) as group:
            phases = [loads.race, loads.ordinary]
            if number == 2:
                phases += [loads.overspend, loads.departures, loads.repetitions]
                phases += [outages.database, outages.disk, outages.redis]
            for phase in phases:
                with timed(f"{phase.__name__} on {number} x {kind}"):
                    phase(stage, group)
    for kind in ("daphne", "uvicorn") if stage.whole else ("uvicorn",):
        for death in (deaths.at_points, deaths.upstream, deaths.by_sigterm):
            with timed(f"deaths {death.__name__} on {kind}"):
                death(stage, kind)


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"  {time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)


def passed(stage: Stage, keep_going: bool) -> bool:
    """Print each invariant and its count; whether all hold."""
    books, broken = Books(stage), False
    for invariant in INVARIANTS:
        try:
            count = invariant.check(books)
        except Broken as case:
            print(f"{invariant.name:4} BROKEN {invariant.says}: {case}", flush=True)
            broken = True
            if not keep_going:
                break
        else:
            print(f"{invariant.name:4} {invariant.says:46} {count:7} {invariant.how}", flush=True)
    return not broken


@contextmanager
def on_sqlite(whole: bool) -> Iterator[Stage]:
    with folder() as place, Stage(place, SQLite(place / "disk"), "", whole).opened() as stage:
        yield stage


@contextmanager
def on_postgresql(whole: bool) -> Iterator[Stage]:
    """Its servers reach both through proxies, which can fall silent."""
    server, store = urlsplit(SERVER), urlsplit(REDIS)
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        to_server = stack.enter_context(proxy(server.hostname or "", server.port or 5432))
        to_redis = stack.enter_context(proxy(store.hostname or "", store.port or 6379))
        database = PostgreSQL(stack.enter_context(scratch_database(SERVER, "proof")), to_server.port)
        url = store._replace(netloc=f"127.0.0.1:{to_redis.port}").geturl()
        stage = Stage(place, database, url, whole, (to_server, to_redis))
        yield stack.enter_context(stage.opened())


@contextmanager
def folder() -> Iterator[Path]:
    """A folder whose `disk` is a small disk of its own, where this system lets us mount one."""
    remove_left_behind()
    place = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
    disk = place / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)]
    if shutil.which("mount"):
        subprocess.run(command, capture_output=True, check=False)
    try:
        yield place
    finally:
        remove(place)


def remove_left_behind() -> None:
    """The folders and disks of proofs that were killed."""
    for place in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        owner = place.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            remove(place)


def remove(place: Path) -> None:
    if (place / "disk").is_mount():
        subprocess.run(["umount", "--lazy", str(place / "disk")], check=False)
    shutil.rmtree(place, ignore_errors=True)


def unreachable() -> str:
    """Why PostgreSQL or Redis cannot be used; empty where they can."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
        redis.Redis.from_url(REDIS, socket_timeout=3).ping()
    except (psycopg.Error, redis.RedisError) as error:
        return str(error).strip().splitlines()[0]
    return ""


if __name__ == "__main__":
    sys.exit(main())
