"""The database backend that `ENGINE = "core.sqlite"` names."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.sqlite3 import base

Identity = tuple[int, int]
opened: set[str] = set()
"""Files that this process has had open: they are not made anew where they are missing."""


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """As Django's, except that the file has to stay in its place.

    SQLite itself goes on writing into a file that was moved or deleted, which loses what it is given, and
    makes an empty one for the next connection. Here both raise OperationalError until the file is back; one
    that was put in its place is opened.
    """

    identity: Identity | None = None

    def ensure_connection(self) -> None:
        if self.identity is not None and self.connection is not None:
            self._check_place()
        super().ensure_connection()

    def _check_place(self) -> None:
        if identity_of(self.settings_dict["NAME"]) == self.identity:
            return
        if not self.in_atomic_block:
            self.close()
            return
        with self.wrap_database_errors:
            raise base.Database.OperationalError("the database file is not in its place")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        path = os.fspath(conn_params["database"])
        if path in opened and identity_of(path) is None:
            raise base.Database.OperationalError("the database file is not in its place")
        made = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            self.identity = identity_of(path)
            opened.add(path)
        return made

    def is_usable(self) -> bool:
        """After an error: a connection that found its file read-only would stay so."""
        return bool(self.is_in_memory_db())


def identity_of(path: str | os.PathLike[str]) -> Identity | None:
    """Of the file at `path`, None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
