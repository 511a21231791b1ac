"""A connection that breaks off when the server does not answer in time.

TCP's own timeouts do not help where the other machine still acknowledges bytes, or a proxy does in its
place, and `statement_timeout` is kept by the server, which may be what hangs.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from psycopg import Connection, OperationalError

from core.postgresql.limit import answer_limit


class BoundedConnection(Connection[Any]):
    """Waits `answer_limit` for each statement, then counts as broken."""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        if answer_limit.seconds is None:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(until(gen, time.monotonic() + answer_limit.seconds), *args, **options)
        except Silent:
            # the answer may still come, and would be taken for that of the next statement
            self.pgconn.finish()
            raise


class Silent(OperationalError):
    """The server did not answer in time."""


def until(gen: Generator[Any, Any, Any], deadline: float) -> Generator[Any, Any, Any]:
    """`gen`, which psycopg resumes at least ten times a second. Raises `Silent` after `deadline`."""
    try:
        state = next(gen)
        while True:
            ready = yield state
            if not ready and time.monotonic() > deadline:
                gen.close()
                raise Silent("PostgreSQL did not answer in time")
            state = gen.send(ready)
    except StopIteration as end:
        return end.value
