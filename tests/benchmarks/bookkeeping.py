"""Requests that are only written down; run inside the program's shell by `bench_ledger`."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import time
from decimal import Decimal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from core import ledger
from core.access.admission import Grant
from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, Outcome, Used
from core.contract.requests import Caller
from core.contract.route import Route, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Price, Unit, Usage
from core.ledger.reports import budget_statuses, usage_report
from core.ledger.store import writer
from core.models import Budget

ALONE, WARM, CALLERS, EACH = 300, 20, 32, 60
PRICE = Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.000015"), id=1)
TARGET = Target(1, "fake", "Fake", "openai", "http://127.0.0.1", "tts-1", prices=(PRICE,))
TEXT = "A sentence of fair length. " * 4
USED = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(TEXT))),))


def main() -> None:
    scratch = None if connection.vendor == "sqlite" else settings.DATABASES["default"]["NAME"]
    if scratch:
        recreate(scratch)
    call_command("migrate", verbosity=0)
    grant = make_grant()
    writer.start()
    try:
        alone = asyncio.run(sequential(grant))
        cpu, rate = asyncio.run(concurrent(grant))
    finally:
        writer.stop()
    verify(grant)
    told = {"database": name(), "alone": statistics.median(alone) * 1e3, "cpu": cpu * 1e3, "rate": rate}
    if scratch:
        connection.close()
        recreate(scratch, again=False)
    print(json.dumps({**told, "callers": CALLERS}))


def recreate(scratch: str, *, again: bool = True) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL answers

    where = settings.DATABASES["default"]
    address = {"host": where["HOST"], "port": where["PORT"], "user": where["USER"], "dbname": "postgres"}
    with psycopg.connect(**address, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {scratch} WITH (FORCE)")
        if again:
            server.execute(f"CREATE DATABASE {scratch}")


def make_grant() -> Grant:
    user = get_user_model().objects.create_user("bookkeeper")
    mine = Budget.objects.create(user=user, limit=1000)
    everybody = Budget.objects.create(limit=5000, window=Budget.Window.MONTH)
    return Grant(Caller(user.id), None, (mine.id, everybody.id), 1)


async def request(grant: Grant) -> None:
    record = ledger.open(grant, SpeechRequest("openai/tts-1", TEXT), Route("openai/tts-1", (TARGET,)))
    await record.open(TARGET)
    record.first_event()
    record.note(AudioStart(AudioFormat.MP3, 24_000))
    for _ in range(8):
        record.note(AudioChunk(bytes(1024)))
    record.note(Used(USED))
    await record.close(Outcome.COMPLETED, usage=USED, error=None)
    await record.settle(Outcome.COMPLETED, None)


async def sequential(grant: Grant) -> list[float]:
    """Seconds of each request without company."""
    taken = []
    for _ in range(ALONE):
        began = time.perf_counter()
        await request(grant)
        taken.append(time.perf_counter() - began)
    return taken[WARM:]


async def concurrent(grant: Grant) -> tuple[float, float]:
    """Seconds of CPU per request, and requests a second."""

    async def caller() -> None:
        for _ in range(EACH):
            await request(grant)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    total = CALLERS * EACH
    return (time.process_time() - used) / total, total / (time.perf_counter() - began)


def name() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return "PostgreSQL {}.{}".format(*divmod(connection.pg_version, 10_000))


def verify(grant: Grant) -> None:
    """The books are whole: every request settled, nothing reserved."""
    states = usage_report(users=[grant.caller.user_id])["by_state"]
    assert states["settled"] == ALONE + CALLERS * EACH, states
    assert {standing.reserved for standing in budget_statuses(grant.budgets)} == {0}
