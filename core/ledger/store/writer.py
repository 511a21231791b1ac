"""The one writer of the ledger: takes what concurrent requests queued, one transaction, wakes each.

Why a thread with a queue: a commit costs the same for one row and for fifty, and a request may leave only
when *its* row is durable. While one batch commits the next one gathers by itself. A request alone never
waits for company; once several come at a time the writer gives more of them a millisecond, less than each
waits for its turn anyway, and commits half as often. The connection is the thread's own and stands outside
any pool: nobody can exhaust it.

Durable means that it survives the death of the process. SQLite (`synchronous=NORMAL`) may lose the last
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
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from django.db.utils import load_backend

from core.contract.errors import PolyphonyError, Unavailable
from core.ledger.store import heartbeat, spool
from core.ledger.store.batch import Result, Write, apply

log = logging.getLogger("polyphony.ledger")

LARGEST_BATCH = 200
GATHER_SECONDS = 0.001
RETRY_SECONDS = 2.0
"""How often the spool is tried again while it holds something."""

Waiter = tuple[Write, "asyncio.Future[bool]", asyncio.AbstractEventLoop]
WriteResult = Result | PolyphonyError
ConnectionLost = (OperationalError, InterfaceError)


class Uncertain(Unavailable):
    """The connection broke after the transaction had begun: whether it was committed is not known."""


class Writer:
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

        It becomes False when a settlement found its record final already; it raises `BudgetExceeded`, or
        `Unavailable` when the database is away. A settlement never raises: it goes to the spool.
        Cancelling the future does not take the write back.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        with self.gate:
            if self.alive():
                self.queue.put((write, future, loop))
                return future
        resolve([(future, spool_or_refuse([write])[0])])
        return future

    def run(self, queue: SimpleQueue[Waiter | None]) -> None:
        open_own_connection()
        try:
            going, company = True, False
            while going:
                batch, going = next_batch(queue, company)
                company = len(batch) > 1
                if batch:
                    wake(batch, commit([write for write, _, _ in batch]))
                elif going:
                    replay_spool()
        finally:
            connection.close()
            del connections[DEFAULT_DB_ALIAS]


def next_batch(queue: SimpleQueue[Waiter | None], company: bool) -> tuple[list[Waiter], bool]:
    """Everything that waits, and whether to go on; an empty list when the spool should be tried.

    `company` says that more is likely to come in a moment.
    """
    batch: list[Waiter] = []
    try:
        item = queue.get(timeout=RETRY_SECONDS if spool.waiting else None)
        if company:
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
    """Give this thread a connection that no pool lends out and that gives up on a dead server in seconds."""
    facts = copy.deepcopy(connections.databases[DEFAULT_DB_ALIAS])
    options = facts["OPTIONS"]
    options.pop("pool", None)
    options.pop("server_side_binding", None)
    if facts["ENGINE"] == "django.db.backends.postgresql":
        options |= {"connect_timeout": 3, "tcp_user_timeout": 5000, "application_name": "polyphony ledger"}
    backend = load_backend(facts["ENGINE"])
    connections[DEFAULT_DB_ALIAS] = backend.DatabaseWrapper(facts, DEFAULT_DB_ALIAS)


def commit(writes: Sequence[Write]) -> list[WriteResult]:
    """One transaction for all; replayed one by one if it fails, so that only its owner does.

    A connection that broke is opened anew once before the database counts as away.
    """
    begun = False
    for last in (False, True):
        try:
            prepare_connection()
            begun = True
            return list(apply(writes))
        except ConnectionLost as error:
            connection.close()
            if last:
                log.log(
                    logging.ERROR if begun else logging.INFO,
                    "the ledger's database does not answer: %s",
                    type(error).__name__,
                )
        except Exception as error:
            if len(writes) > 1:
                return [commit([write])[0] for write in writes]
            return [failed_write(writes[0], error)]
    return spool_or_refuse(writes, begun)


def prepare_connection() -> None:
    """See to it that a fresh connection enters the process into the list and empties the spool."""
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
    """What can wait goes to disk, what must be durable before anything leaves is refused."""
    if owed := [write for write in writes if write.settled is not None]:
        spool.store(owed)
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
    """Wake the waiters of each loop with one call."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], WriteResult]]]
    loops = defaultdict(list)
    for (_, future, loop), answer in zip(batch, answers, strict=True):
        loops[loop].append((future, answer))
    for loop, woken in loops.items():
        try:
            loop.call_soon_threadsafe(resolve, woken)
        except RuntimeError:
            log.info("%d ledger writes outlived their event loop", len(woken))


def resolve(woken: Sequence[tuple[asyncio.Future[bool], WriteResult]]) -> None:
    for future, answer in woken:
        if future.done():
            continue
        if isinstance(answer, PolyphonyError):
            future.set_exception(answer)
        else:
            future.set_result(answer)


writer = Writer()


def start() -> None:
    """Start this process's writer unless it runs."""
    writer.start()


def stop() -> None:
    """Flush and stop this process's writer. Blocking."""
    writer.stop()


def is_alive() -> bool:
    return writer.alive()
