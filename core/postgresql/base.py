"""The database backend that `ENGINE = "core.postgresql"` names."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import IsolationLevel

from core.postgresql.connection import BoundedConnection
from core.postgresql.limit import answer_limit


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """As Django's, with `BoundedConnection` inside and outside of the pool."""

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(settings_dict, *args, **options)
        pool = settings_dict["OPTIONS"].get("pool")
        if isinstance(pool, dict):
            pool["connection_class"] = BoundedConnection

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return BoundedConnection.connect(**conn_params)

    def _configure_connection(self, connection: Any) -> bool:
        """A server process also asks PostgreSQL to end what nobody waits for any longer."""
        changed = bool(super()._configure_connection(connection))
        if answer_limit.seconds is None:
            return changed
        limit = f"{answer_limit.seconds * 1000:.0f}"
        connection.execute("SELECT set_config('statement_timeout', %s, false)", [limit])
        return True
