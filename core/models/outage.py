"""What Django raises where the database is unreachable, silent, locked, full or read-only."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

from core.contract.errors import Unavailable

DATABASE_AWAY = (OperationalError, InterfaceError)
"""No fault of a statement."""
RETRY_SECONDS = 5


def database_unavailable() -> Unavailable:
    return Unavailable(
        "The database does not answer at the moment.",
        code="database_unavailable",
        retry_after=RETRY_SECONDS,
    )
