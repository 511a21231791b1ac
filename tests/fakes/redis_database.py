"""A Redis database for each xdist worker: what a test empties is nobody else's."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

DEFAULT = "redis://127.0.0.1:6379/9"
DATABASES = 16
"""A server has so many unless it was told otherwise."""


def for_worker(url: str, worker: str) -> str:
    """`url` with the database that is as many above its own as the number of the worker, `gw2`, says."""
    parts = urlsplit(url)
    database = int(parts.path.strip("/") or 0) + int(worker.removeprefix("gw") or 0)
    return parts._replace(path=f"/{database % DATABASES}").geturl()


def current() -> str:
    """The one that this process uses."""
    return os.environ.get("REDIS_URL") or for_worker(DEFAULT, os.environ.get("PYTEST_XDIST_WORKER", ""))
