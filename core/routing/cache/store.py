"""Where entries are kept. The stores themselves are injected: Redis where it is, else the disk."""

from __future__ import annotations

from typing import Protocol


class CacheStore(Protocol):
    """Entries by key; a key is 64 hexadecimal digits. No method raises: what fails is not in the cache.

    `largest` is how many bytes an entry may have, 0 where nothing is kept.
    """

    @property
    def largest(self) -> int: ...

    async def get(self, key: str) -> bytes | None:
        """The entry, unless it has expired."""
        ...

    async def put(self, key: str, data: bytes, seconds: int) -> None:
        """Keep an entry for so long, in place of the one before it; older ones go where there is no room."""
        ...

    async def delete(self, key: str) -> None: ...
