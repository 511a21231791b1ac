"""Django's cache in Redis; while Redis does not answer, each process has a cache of its own in memory.

Nothing that is kept here is worth an error: allauth counts sign-ins in it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger("polyphony.cache")

ANSWER_SECONDS = 1.0
RETRY_SECONDS = 5.0
"""After a failure Redis is left alone for so long."""


class RedisRest:
    """Until when this process leaves Redis alone, in monotonic seconds."""

    until = 0.0


def cached(name: str) -> Callable[..., Any]:
    """The method of this name: Redis' own, else that of the memory."""

    def method(self: SharedCache, *args: Any, **options: Any) -> Any:
        if time.monotonic() >= RedisRest.until:
            try:
                return getattr(self.redis, name)(*args, **options)
            except self.failures as error:
                RedisRest.until = time.monotonic() + RETRY_SECONDS
                log.warning("cached in memory: Redis: %s", type(error).__name__)
        return getattr(self.memory, name)(*args, **options)

    return method


class OwnKeysCache(RedisCache):  # type: ignore[misc]
    """Empties what is cached only: the logs of runs and the counts of limits are in the same database."""

    def clear(self) -> bool:
        redis = self._cache.get_client(None, write=True)
        for key in redis.scan_iter(match=f"{self.key_prefix}:*", count=1000):
            redis.unlink(key)
        return True


class SharedCache(BaseCache):  # type: ignore[misc]
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        from redis.backoff import NoBackoff  # noqa: PLC0415 - redis is an optional extra
        from redis.exceptions import RedisError  # noqa: PLC0415 - as above
        from redis.retry import Retry  # noqa: PLC0415 - as above

        super().__init__(params)
        self.failures = (RedisError, OSError)
        limits = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            # one more try: a server closes connections that were idle
            "retry": Retry(NoBackoff(), 1),
        }
        self.redis = OwnKeysCache(server, {**params, "OPTIONS": {**limits, **params.get("OPTIONS", {})}})
        self.memory = LocMemCache("polyphony", params)

    add, get, set, touch, delete = map(cached, ("add", "get", "set", "touch", "delete"))
    get_many, set_many, delete_many = map(cached, ("get_many", "set_many", "delete_many"))
    has_key, incr, clear = map(cached, ("has_key", "incr", "clear"))
