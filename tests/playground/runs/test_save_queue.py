"""Runs that end while the database takes nothing: the browser gets the end, the rows are closed later."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from core.models.offload import offload
from playground.models import Message, Run
from playground.runs import recovery, save_queue

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@contextmanager
def locked():
    """Nobody else can write to the tables of runs."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{Run._meta.db_table}", "{Message._meta.db_table}"')
        yield


@asynccontextmanager
async def database_locked():
    """The lock belongs to a thread of its own, so that the event loop goes on."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locked():
            held.set()
            done.wait(20)

    holder = asyncio.create_task(offload(hold))
    await asyncio.to_thread(held.wait, 5)
    try:
        yield
    finally:
        done.set()
        await holder


async def closed(run: str) -> Run:
    """The row, once it has ended."""
    async with asyncio.timeout(10):
        while (row := await Run.objects.aget(id=run)).state == "running":  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.05)
    return row


async def test_a_run_ends_without_a_database_and_its_rows_follow(sign_in, alice, far_ahead, monkeypatch):
    monkeypatch.setattr(save_queue, "SAVE_SECONDS", 0.2)
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    run = (await tab.until("audio.start"))["run"]
    async with database_locked():
        done = await tab.until("run.done", seconds=10)
        assert done["outcome"] == "completed"
    row = await closed(run)
    assert (row.state, bool(row.sound), row.receipt["id"]) == ("completed", True, done["receipt"]["id"])


async def test_saving_is_repeated_until_the_database_is_back(monkeypatch):
    monkeypatch.setattr(save_queue, "SAVE_SECONDS", 0.05)
    monkeypatch.setattr(save_queue, "RETRY_SECONDS", 0.1)
    tries, saved = [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the server closed the connection unexpectedly")
        loop.call_soon_threadsafe(saved.set)

    await save_queue.save("save", work)
    assert not saved.is_set()
    async with asyncio.timeout(5):
        await saved.wait()
    assert len(tries) == 3


async def test_what_cannot_be_saved_at_all_is_an_error():
    def work() -> None:
        raise ValueError("a column too long")

    with pytest.raises(ValueError, match="too long"):
        await save_queue.save("save", work)


async def test_recovery_without_a_database_is_tried_again(monkeypatch):
    monkeypatch.setattr(recovery, "recovered", threading.Event())

    def away() -> set:
        raise OperationalError("connection refused")

    monkeypatch.setattr(recovery, "running", away)
    recovery.recovered.set()
    with pytest.raises(OperationalError):
        await recovery.try_to_recover([])
    assert not recovery.recovered.is_set()
