"""Phases in which what the servers need is away: the database, the disk, Redis."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.proof import faults
from tests.proof.billing import RATE
from tests.proof.callers import Call
from tests.proof.database import SQLite
from tests.proof.deaths import AT_ONCE, ask_held
from tests.proof.faults import Fault
from tests.proof.loads import race
from tests.proof.servers import Group
from tests.proof.stage import Stage

PATIENCE = 10.0
"""Seconds within which everybody has an answer."""
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptV"
    "AAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def database(stage: Stage, group: Group) -> None:
    """Before dispatch nothing is sent; after it all is delivered, and settled when the database is back."""
    for name, fault in faults.of_database(stage, group).items():
        before_dispatch(stage, group, name, fault)
        after_dispatch(stage, group, name, fault)


def before_dispatch(stage: Stage, group: Group, name: str, fault: Fault) -> None:
    """Calls that come during the outage."""
    before = len(stage.billing.arrivals)
    with fault():
        calls = [Call(who, "talker", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(AT_ONCE))]
        with ThreadPoolExecutor() as pool:
            ready = pool.map(lambda server: server.is_ready(), group.servers)
            answers = stage.ask(calls)
            any_ready = any(ready)
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
            "ready": any_ready,
        }
    )


def after_dispatch(stage: Stage, group: Group, name: str, fault: Fault) -> None:
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


def disk(stage: Stage, group: Group) -> None:
    """With the database elsewhere: who needs no file is served on a full disk, who needs one is refused."""
    if isinstance(stage.database, SQLite):
        return
    first, before = len(stage.notes.answers), len(stage.billing.arrivals)
    small = [Call(who, "talker", group.url(), n % 2 == 0) for n, who in enumerate(stage.take(AT_ONCE))]
    large = [with_picture(Call(who, "talker", group.url())) for who in stage.take(AT_ONCE)]
    with faults.full_disk(stage, group):
        stage.ask(small)
        sent = len(stage.billing.arrivals) - before
        stage.ask(large)
    after = stage.ask(with_picture(Call(who, "talker", group.url())) for who in stage.take(1))
    stage.quiesce(sweep=False)
    answers = stage.notes.answers[first:]
    left = [path for path in (stage.disk / "media").rglob("*") if path.is_file()]
    stage.notes.disks.append(
        {
            "asked": len(small),
            "sent": sent,
            "answered": sum(answer.whole for answer in answers[: len(small)]),
            "large": len(large),
            "sent of large": len(stage.billing.arrivals) - before - sent - len(after),
            "refused": sum(answer.status == 503 for answer in answers[len(small) : -1]),
            "statuses": str(Counter(answer.status for answer in answers)),
            "left": [path.name for path in left],
            "after": after[0].status,
        }
    )


def with_picture(call: Call) -> Call:
    """The same question with a file, which is kept on disk while it is asked."""
    parts = [
        {"type": "image_url", "image_url": {"url": PICTURE}},
        {"type": "text", "text": call.body()["messages"][0]["content"]},
    ]
    return replace(call, fields=(("messages", [{"role": "user", "content": parts}]),))


def redis(stage: Stage, group: Group) -> None:
    """Budgets hold while Redis is gone, silent or emptied again and again; a rate holds in each process."""
    if stage.redis_proxy is None:
        return
    between = stage.redis_proxy
    for name, fault in (
        ("gone", faults.gone(between)),
        ("silent", faults.silent(between)),
        ("emptied", faults.emptied(stage.environment["REDIS_URL"])),
    ):
        with fault:
            first = len(stage.notes.answers)
            calls = enumerate(stage.take(AT_ONCE))
            stage.ask(Call(who, "talker", group.url(), n % 2 == 0) for n, who in calls)
            answers = stage.notes.answers[first:]
            race(stage, group)
            (limited,) = stage.take(1, "limited")
            passed = stage.ask(Call(limited, "talker", group.url()) for _ in range(4 * RATE))
        stage.notes.redis.append(
            {
                "fault": name,
                "asked": len(answers),
                "answered": sum(answer.whole for answer in answers),
                "slowest": max(answer.seconds for answer in answers),
                "processes": len(group.servers),
                "passed": sum(answer.status == 200 for answer in passed),
                "seconds": max(answer.seconds for answer in passed),
            }
        )
    stage.quiesce(sweep=False)


def wait_until_ready(group: Group) -> None:
    deadline = time.monotonic() + 30
    while not all(server.is_ready() for server in group.servers) and time.monotonic() < deadline:
        time.sleep(0.2)
