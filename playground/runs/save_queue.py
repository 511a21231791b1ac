"""Rows that the database does not take at the moment: they are stored when it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from core import background
from core.models.offload import offload
from core.models.outage import DATABASE_AWAY

log = logging.getLogger("polyphony.runs")

SAVE_SECONDS = 2.0
"""The end of a run waits so long for its rows."""
RETRY_SECONDS = 2.0


async def save(name: str, work: Callable[[], Any]) -> None:
    """Do `work`, which is blocking and may be repeated; where the database is away or slow, go on without.

    Raises other errors of `work`.
    """
    task = background.spawn(name, save_in_time(name, work))
    await asyncio.wait([task], timeout=SAVE_SECONDS)
    if task.done():
        task.result()


def save_later(name: str, work: Callable[[], Any]) -> None:
    """As `save`, without waiting."""
    background.spawn(name, save_in_time(name, work))


async def save_in_time(name: str, work: Callable[[], Any]) -> None:
    """Do `work` until the database takes it or the server stops: then the next start closes the rows."""
    while True:
        last = background.state.draining
        try:
            await offload(work)
            return
        except DATABASE_AWAY as error:
            log.warning("%s: the database does not answer: %s", name, type(error).__name__)
        if last:
            return
        await asyncio.sleep(RETRY_SECONDS)
