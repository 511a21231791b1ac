"""The writer of the ledger: commits what concurrent requests queued in one transaction and wakes each.

Why a thread with a queue: a commit costs the same for one row and for fifty, and a request may be sent only
when *its* row is durable. While one batch is committed the next one gathers in the queue. A single request
never waits for others; once several come at a time the writer waits a millisecond for more, less than each
waits for the batch before it anyway, and commits half as often. The connection belongs to the thread and is
not of any pool, so that it cannot be exhausted.

Durable means that it survives a crash of the process. SQLite (`synchronous=NORMAL`) may lose the last
moments in a power cut; PostgreSQL waits for its disk unless the role's `synchronous_commit` is off, which
is most of its latency.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    connection,
    connections,
)
from django.db.utils import load_backend

from core.contract.errors import PolyphonyError, Unavailable
from core.ledger.store import heartbeat, spool
from core.ledger.store.batch import Result, Write, apply
from core.ledger.store.transaction import read_only_as_away
from core.models.outage import DATABASE_AWAY

log = logging.getLogger("polyphony.ledger")

LARGEST_BATCH = 200
GATHER_SECONDS = 0.001
RETRY_SECONDS = 2.0
"""How often the spool is tried again while it holds something."""
OPEN_SECONDS = 6.0
"""A request waits so long for its durable row, and is refused then."""
SETTLE_SECONDS = 2.0
"""A finished answer waits so long for its settlement, which goes to the spool then."""
LOCK_SECONDS = 4.0
QUICK_SECONDS = 1.0
"""A connection that broke sooner is opened anew; after a longer wait the database counts as away."""

Waiter = tuple[Write, "asyncio.Future[bool]", asyncio.AbstractEventLoop]
WriteResult = Result | PolyphonyError


class Uncertain(Unavailable):
    """The connection broke after the transaction began, or nobody waited longer: it may be committed."""


class LedgerWriter:
    """A thread, a queue, a connection. Any number of event loops may submit."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Waiter | None] = SimpleQueue()
        self.gate = threading.Lock()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self.gate:
            if self.alive():
                return
            self.queue = SimpleQueue()
            self.thread = threading.Thread(target=self.run, args=(self.queue,), name="ledger", daemon=True)
            self.thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Write everything submitted so far, then end the thread. Blocking."""
        with self.gate:
            thread, self.thread = self.thread, None
            if thread is not None:
                self.queue.put(None)
        if thread is not None:
            thread.join(timeout)

    def alive(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def submit(self, write: Write) -> asyncio.Future[bool]:
        """Queue `write` at once; the future is done when it is durable.

        Its result is True, or False when the record to be settled was final already. It raises
        `BudgetExceeded`, or `Unavailable` when the database is away; a settlement never raises, it goes to
        the spool. Cancelling the future does not cancel the write.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        with self.gate:
            if self.alive():
                self.queue.put((write, future, loop))
                return future
        resolve([(future, spool_or_refuse([write])[0])])
        return future

    async def write(self, write: Write) -> bool:
        """As `submit`, and wait no longer than `OPEN_SECONDS` or, for a settlement, `SETTLE_SECONDS`.

        A late settlement is spooled beside the queue: whichever is first settles the record. A late record is
        refused as `Uncertain`.
        """
        future = self.submit(write)
        seconds = OPEN_SECONDS if write.settled is None else SETTLE_SECONDS
        timer = future.get_loop().call_later(seconds, expire, future)
        try:
            return await future
        except Late:
            if write.settled is None:
                raise ledger_unavailable(Uncertain) from None
            await asyncio.to_thread(spool.store, [write])
            return True
        finally:
            timer.cancel()

    def run(self, queue: SimpleQueue[Waiter | None]) -> None:
        open_own_connection()
        try:
            going, busy = True, False
            while going:
                batch, going = next_batch(queue, busy)
                busy = len(batch) > 1
                if batch:
                    wake(batch, commit([write for write, _, _ in batch]))
                elif going:
                    replay_spool()
        finally:
            connection.close()
            del connections[DEFAULT_DB_ALIAS]


def next_batch(queue: SimpleQueue[Waiter | None], busy: bool) -> tuple[list[Waiter], bool]:
    """Everything queued, and whether to go on; an empty list when the spool should be replayed.

    `busy` says that more is likely to be queued within a millisecond, which is then waited for.
    """
    batch: list[Waiter] = []
    try:
        item = queue.get(timeout=RETRY_SECONDS if spool.waiting else None)
        if busy:
            time.sleep(GATHER_SECONDS)
        while item is not None:
            batch.append(item)
            if len(batch) == LARGEST_BATCH:
                return batch, True
            item = queue.get_nowait()
    except Empty:
        return batch, True
    return batch, False


def open_own_connection() -> None:
    """Give this thread a connection outside the pool; it waits for SQLite's lock no longer than a caller."""
    database = copy.deepcopy(connections.databases[DEFAULT_DB_ALIAS])
    options = database["OPTIONS"]
    options.pop("pool", None)
    options.pop("server_side_binding", None)
    if database["ENGINE"] == "core.postgresql":
        options["application_name"] = "polyphony ledger"
    else:
        options["timeout"] = min(options.get("timeout", LOCK_SECONDS), LOCK_SECONDS)
    backend = load_backend(database["ENGINE"])
    connections[DEFAULT_DB_ALIAS] = backend.DatabaseWrapper(database, DEFAULT_DB_ALIAS)


def commit(writes: Sequence[Write]) -> list[WriteResult]:
    """One transaction for all; if it fails, one for each, so that a failure is that of its own write only.

    A broken connection is reopened once before the database counts as away.
    """
    begun, start = False, time.monotonic()
    for last in (False, True):
        try:
            with read_only_as_away():
                prepare_connection()
            begun = True
            return list(apply(writes))
        except DATABASE_AWAY as error:
            connection.close()
            if last or time.monotonic() - start > QUICK_SECONDS:
                log.log(
                    logging.ERROR if begun else logging.INFO,
                    "the ledger's database does not answer: %s",
                    type(error).__name__,
                )
                break
        except Exception as error:
            if len(writes) > 1:
                return [commit([write])[0] for write in writes]
            return [failed_write(writes[0], error)]
    return spool_or_refuse(writes, begun)


def prepare_connection() -> None:
    """On a new connection store a heartbeat and replay the spool."""
    if connection.connection is None:
        heartbeat.beat()
        if spool.in_memory or spool.pending():
            spool.replay()
            spool.waiting = False


def replay_spool() -> None:
    try:
        prepare_connection()
        spool.replay()
        spool.waiting = False
    except (DatabaseError, OSError):
        connection.close()


def spool_or_refuse(writes: Sequence[Write], begun: bool = False) -> list[WriteResult]:
    """While the database is away: spool settlements, refuse what must be durable before sending."""
    if settlements := [write for write in writes if write.settled is not None]:
        spool.store(settlements)
    refusal = Uncertain if begun else Unavailable
    return [True if write.settled is not None else ledger_unavailable(refusal) for write in writes]


def failed_write(write: Write, error: Exception) -> WriteResult:
    log.error("the ledger could not write %s", write.id, exc_info=error)
    return False if write.settled is not None else ledger_unavailable()


def ledger_unavailable(kind: type[Unavailable] = Unavailable) -> Unavailable:
    return kind(
        "The usage ledger cannot be written at the moment; nothing was sent.",
        code="ledger_unavailable",
        retry_after=5,
    )


def wake(batch: Sequence[Waiter], answers: Sequence[WriteResult]) -> None:
    """Resolve the futures of each event loop with one call."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], WriteResult]]]
    loops = defaultdict(list)
    for (_, future, loop), answer in zip(batch, answers, strict=True):
        loops[loop].append((future, answer))
    for loop, resolved in loops.items():
        try:
            loop.call_soon_threadsafe(resolve, resolved)
        except RuntimeError:
            log.info("%d ledger writes outlived their event loop", len(resolved))


class Late(Exception):
    """Nobody waits for this write any longer; it stays in the queue."""


def expire(future: asyncio.Future[bool]) -> None:
    if not future.done():
        future.set_exception(Late())


def resolve(resolved: Sequence[tuple[asyncio.Future[bool], WriteResult]]) -> None:
    for future, answer in resolved:
        if future.done():
            continue
        if isinstance(answer, PolyphonyError):
            future.set_exception(answer)
        else:
            future.set_result(answer)


writer = LedgerWriter()


def start() -> None:
    """Start this process's writer unless it runs."""
    writer.start()


def stop() -> None:
    """Flush and stop this process's writer. Blocking."""
    writer.stop()


def is_alive() -> bool:
    return writer.alive()
