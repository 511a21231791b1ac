"""Access tokens that are fetched for a key and expire: renewed ahead of their end, once for all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from weakref import WeakKeyDictionary

AHEAD = timedelta(minutes=5)
KEYS = 100
"""Tokens of at most so many keys are remembered."""

Locks = WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bytes, asyncio.Lock]]


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: str
    expires_at: datetime

    @property
    def lasts(self) -> bool:
        """Whether it can be used without a thought of its end."""
        return self.expires_at - datetime.now(UTC) > AHEAD


@dataclass(slots=True)
class TokenStore:
    """The tokens of this process, by digests of their keys. One that ends sooner is used once."""

    _tokens: dict[bytes, AccessToken] = field(default_factory=dict)
    _locks: Locks = field(default_factory=WeakKeyDictionary)

    async def token(self, key: str, fetch: Callable[[], Awaitable[AccessToken]]) -> str:
        """A token of `key` that lasts, fetched where there is none. Raises what `fetch` raises."""
        name = sha256(key.encode()).digest()
        found = self._tokens.get(name)
        if found is None or not found.lasts:
            async with self._lock(name):
                found = self._tokens.get(name)
                if found is None or not found.lasts:
                    found = await fetch()
                    self._remember(name, found)
        return found.text

    def _remember(self, name: bytes, token: AccessToken) -> None:
        self._tokens.pop(name, None)
        if len(self._tokens) >= KEYS:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[name] = token

    def _lock(self, name: bytes) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), {}).setdefault(name, asyncio.Lock())
