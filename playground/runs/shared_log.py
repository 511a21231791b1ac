"""Whether runs are shared between processes; without Redis nothing of it is imported."""

from __future__ import annotations

from types import ModuleType

from django.conf import settings


def shared_log() -> ModuleType | None:
    """The module `redis_log` where `REDIS_URL` is set, else None."""
    if not settings.REDIS_URL:
        return None
    from playground.runs import redis_log  # noqa: PLC0415 - redis is an optional extra

    return redis_log
