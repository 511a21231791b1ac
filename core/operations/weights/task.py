"""An installation beside the requests of a server: it ends with the server, and at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from threading import Event

from core import background
from core.contract.errors import PolyphonyError
from core.operations.weights.installation import install, named_weights
from core.operations.weights.progress import State, status

log = logging.getLogger("polyphony.weights")
SECONDS_BETWEEN_LOOKS = 0.2


async def start(name: str) -> bool:
    """Install these weights in the background; False where they are here, or somebody installs them already.

    `status` tells how far it is, to every process.
    """
    named_weights(name)
    found = await asyncio.to_thread(status, name)
    if found.state in (State.INSTALLED, State.RUNNING):
        return False
    background.spawn(f"install {name}", run(name))
    return True


async def run(name: str) -> None:
    """Install in a thread, which is stopped as soon as the server begins to shut down."""
    stop = Event()
    work = asyncio.create_task(asyncio.to_thread(install, name, stop=stop))
    try:
        while not work.done():
            await asyncio.wait([work], timeout=SECONDS_BETWEEN_LOOKS)
            if background.state.draining:
                stop.set()
    finally:
        stop.set()
        await asyncio.wait([work])
        log_end(name, work)


def log_end(name: str, work: asyncio.Task[object]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        error = work.exception()
        if error is None:
            log.info("weights of %s installed", name)
        elif isinstance(error, PolyphonyError):
            log.warning("%s", error.message)
        else:
            log.error("installing %s failed", name, exc_info=error)
