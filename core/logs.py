"""Logging filters."""

from __future__ import annotations

import logging


class AlreadyLogged(logging.Filter):
    """Drops what a server or Django logs of an exception with a true `logged`: its reason is in the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and getattr(record.exc_info[1], "logged", False))
