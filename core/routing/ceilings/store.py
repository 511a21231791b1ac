"""Where the calls of endpoints are counted, in all processes that share them."""

from __future__ import annotations

from typing import Protocol


class CeilingStore(Protocol):
    """Places of a process that died are free again after a while. Nothing waits long, nothing raises."""

    async def enter(self, endpoint_id: int, most: int) -> str:
        """Take one of `most` places; its id, "" where all are taken. A cancelled call has none."""
        ...

    def leave(self, endpoint_id: int, place: str) -> None:
        """Give the place up."""
        ...

    async def count(self, endpoint_id: int, most: int) -> float:
        """Count a request among `most` a minute; 0, or the seconds until there is room for it."""
        ...
