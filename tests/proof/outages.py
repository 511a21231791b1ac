"""Phases in which what the servers need is away: the database, the disk, Redis."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from tests.proof.callers import Call
from tests.proof.database import PostgreSQL, SQLite
from tests.proof.deaths import AT_ONCE, ask_held
from tests.proof.loads import race
from tests.proof.servers import Group
from tests.proof.stage import Stage

PATIENCE = 10.0
"""Seconds within which everybody has an answer."""


def database(stage: Stage, group: Group) -> None:
    """Before dispatch nothing is sent; after it all is delivered, and settled when the database is back."""
    for name, fault in faults(stage).items():
        before_dispatch(stage, group, name, fault)
        after_dispatch(stage, group, name, fault)


def faults(stage: Stage) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    found: dict[str, Callable[[], AbstractContextManager[None]]] = {}
    if isinstance(stage.database, SQLite):
        found["locked"] = stage.database.locked
        if stage.disk.is_mount():
            found["disk full"] = lambda: full(stage)
    if isinstance(stage.database, PostgreSQL):
        found = {
            "silent": lambda: silent(stage),
            "gone": lambda: gone(stage),
            "read-only": stage.database.read_only,
        }
    return found


def before_dispatch(
    stage: Stage, group: Group, name: str, fault: Callable[[], AbstractContextManager[None]]
) -> None:
    """Calls that come during the outage."""
    before = len(stage.billing.arrivals)
    with fault():
        calls = [Call(who, "talker", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(AT_ONCE))]
        answers = stage.ask(calls)
        ready = [server.is_ready() for server in group.servers]
    wait_until_ready(group)
    stage.quiesce()
    stage.notes.outages.append(
        {
            "fault": name,
            "when": "before dispatch",
            "asked": len(answers),
            "sent": len(stage.billing.arrivals) - before,
            "answered": sum(answer.whole for answer in answers),
            "slowest": max(answer.seconds for answer in answers),
            "ready": any(ready),
        }
    )


def after_dispatch(
    stage: Stage, group: Group, name: str, fault: Callable[[], AbstractContextManager[None]]
) -> None:
    """Calls that the provider has when the outage begins and answers during it."""
    began: list[float] = []
    outage = fault()

    def begin() -> None:
        began.append(time.monotonic())
        outage.__enter__()

    people = stage.take(AT_ONCE)
    first = len(stage.notes.answers)
    try:
        ask_held(stage, [Call(who, "held", group.url(), n % 2 == 0) for n, who in enumerate(people)], begin)
        slowest = time.monotonic() - began[0] if began else 0.0
    finally:
        outage.__exit__(None, None, None)
    wait_until_ready(group)
    stage.quiesce()
    answers = stage.notes.answers[first:]
    states = stage.database.rows(
        "SELECT state, outcome FROM core_usagerecord WHERE user_id IN "
        f"({', '.join(str(who.id) for who in people)})"
    )
    stage.notes.outages.append(
        {
            "fault": name,
            "when": "after dispatch",
            "asked": len(answers),
            "answered": sum(answer.whole for answer in answers),
            "settled": states.count(("settled", "completed")),
            "slowest": slowest,
        }
    )


def redis(stage: Stage, group: Group) -> None:
    """Budgets hold while Redis is gone, silent, or emptied."""
    if stage.redis_proxy is None:
        return
    for name, begin in (("gone", stage.redis_proxy.refuse), ("silent", stage.redis_proxy.silence)):
        begin()
        first = len(stage.notes.answers)
        stage.ask(Call(who, "talker", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(AT_ONCE)))
        answers = stage.notes.answers[first:]
        race(stage, group)
        stage.redis_proxy.speak()
        stage.notes.redis.append(
            {
                "fault": name,
                "asked": len(answers),
                "answered": sum(answer.whole for answer in answers),
                "slowest": max(answer.seconds for answer in answers),
            }
        )
    stage.quiesce(sweep=False)


@contextmanager
def silent(stage: Stage) -> Iterator[None]:
    assert stage.database_proxy is not None
    stage.database_proxy.silence()
    try:
        yield
    finally:
        stage.database_proxy.speak()


@contextmanager
def gone(stage: Stage) -> Iterator[None]:
    assert stage.database_proxy is not None
    stage.database_proxy.refuse()
    try:
        yield
    finally:
        stage.database_proxy.speak()


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """Nothing is left on the small disk, and none of it is held back in SQLite's log."""
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


def wait_until_ready(group: Group) -> None:
    deadline = time.monotonic() + 30
    while not all(server.is_ready() for server in group.servers) and time.monotonic() < deadline:
        time.sleep(0.2)
