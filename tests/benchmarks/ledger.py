"""What the ledger costs: `python -m tests.benchmarks.ledger` prints latency alone and CPU among 32 callers.

Each request is what the gateway does: open (record, attempt, reservation), eight chunks, settle. CPU is
that of the whole process, writer thread included. PostgreSQL joins in where 127.0.0.1:5432 answers.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time

POSTGRES = "postgres://postgres@127.0.0.1:5432/polyphony_benchmark"
ALONE, CALLERS, EACH = 300, 32, 60


def main() -> None:
    if len(sys.argv) > 1:
        measure()
        return
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/books.sqlite3"]
        if answers():
            urls.append(POSTGRES)
        for url in urls:
            environment = {**os.environ, "DATABASE_URL": url, "POLYPHONY_VAR": folder, "LOG_LEVEL": "ERROR"}
            command = [sys.executable, "-m", "tests.benchmarks.ledger", "measure"]
            subprocess.run(command, env=environment, check=True)
    if POSTGRES in urls:
        recreate(again=False)


def answers() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        return False
    return True


def measure() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    # nothing of Django may be imported before it is set up
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    if connection.vendor == "postgresql":
        recreate()
    call_command("migrate", verbosity=0)
    from core.ledger import writer  # noqa: PLC0415

    grant = make_grant()
    writer.start()
    try:
        alone = asyncio.run(sequential(grant))
        cpu, rate = asyncio.run(concurrent(grant))
    finally:
        writer.stop()
    print(
        f"{connection.vendor} {version(connection)}: alone p50 {statistics.median(alone) * 1e3:.2f} ms; "
        f"{CALLERS} callers {rate:.0f} requests/s, {cpu * 1e3:.3f} ms CPU per request"
    )
    verify(grant)
    connection.close()


def recreate(again: bool = True) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL answers

    base, _, name = POSTGRES.rpartition("/")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        if again:
            server.execute(f"CREATE DATABASE {name}")


def make_grant():
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    from core.access.admission import Grant  # noqa: PLC0415
    from core.contract.requests import Caller  # noqa: PLC0415
    from core.models import Budget  # noqa: PLC0415

    user = get_user_model().objects.create_user(f"bench-{time.time_ns()}")
    mine = Budget.objects.create(user=user, limit=1000)
    everybody = Budget.objects.create(limit=5000, window=Budget.Window.MONTH)
    return Grant(Caller(user.id), None, (mine.id, everybody.id), 1)


async def request(grant) -> None:
    from decimal import Decimal  # noqa: PLC0415

    from core import ledger  # noqa: PLC0415
    from core.contract.events import AudioChunk, AudioStart, Outcome, Used  # noqa: PLC0415
    from core.contract.media import AudioFormat  # noqa: PLC0415
    from core.contract.requests import SpeechRequest  # noqa: PLC0415
    from core.contract.route import Route, Target  # noqa: PLC0415
    from core.contract.usage import Amount, Kind, Price, Unit, Usage  # noqa: PLC0415

    price = Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.000015"), id=1)
    target = Target(1, "fake", "Fake", "openai", "http://127.0.0.1", "tts-1", prices=(price,))
    entry = ledger.open(
        grant,
        SpeechRequest("openai/tts-1", "A sentence of fair length. " * 4),
        Route("openai/tts-1", (target,)),
    )
    await entry.open(target)
    entry.first_event()
    entry.note(AudioStart(AudioFormat.MP3, 24_000))
    for _ in range(8):
        entry.note(AudioChunk(b"\0" * 1024))
    used = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(108)),))
    entry.note(Used(used))
    await entry.close(Outcome.COMPLETED, usage=used, error=None)
    await entry.settle(Outcome.COMPLETED, None)


async def sequential(grant) -> list[float]:
    taken = []
    for _ in range(ALONE):
        began = time.perf_counter()
        await request(grant)
        taken.append(time.perf_counter() - began)
    return taken[20:]


async def concurrent(grant) -> tuple[float, float]:
    async def caller() -> None:
        for _ in range(EACH):
            await request(grant)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    total = CALLERS * EACH
    return (time.process_time() - used) / total, total / (time.perf_counter() - began)


def version(connection) -> str:
    if connection.vendor == "sqlite":
        import sqlite3  # noqa: PLC0415

        return sqlite3.sqlite_version
    return ".".join(str(part) for part in divmod(connection.pg_version, 10_000))


def verify(grant) -> None:
    from core.ledger.reports import standings, usage_report  # noqa: PLC0415

    report = usage_report(users=[grant.caller.user_id])
    assert report["by_state"]["settled"] == ALONE + CALLERS * EACH, report
    assert {standing.reserved for standing in standings(grant.budgets)} == {0}


if __name__ == "__main__":
    main()
