"""What the log need not repeat."""

from __future__ import annotations

import logging


class AlreadyTold(logging.Filter):
    """Drops the traceback a server writes for an exception that says `told`: its reason stands in the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and getattr(record.exc_info[1], "told", False))
