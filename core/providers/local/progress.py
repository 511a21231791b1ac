"""Progress of local work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.events import Progress


def queue_progress(message: Mapping[str, Any]) -> Progress:
    """The place of a job that waits, of `total`; 1 is the next. `message` is the event `queue`."""
    return Progress("queue", message["place"], message["waiting"], "place")
