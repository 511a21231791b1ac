"""Bytes of request bodies on disk: a ceiling for each caller and for all, counted while they are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

from core.contract.errors import RateLimited, Unavailable

MIB = 1024 * 1024
STEP = MIB
"""Bytes; a body whose length is not declared is counted in such steps."""
RETRY_AFTER = 10.0
BODY = "polyphony.body"
"""Key of an ASGI scope: the `CountedBody` of the request, where it is a long one."""


class BodyQuota:
    """At most `most` bytes at a time, and `most_per_caller` of one caller unless it is a single body.

    `free` tells the free bytes of the disk. A quarter of them may be used: a body is copied once more on its
    way, and the rest is for what stays.
    """

    def __init__(self, most: int, most_per_caller: int, free: Callable[[], int]) -> None:
        self.most = most
        self.most_per_caller = most_per_caller
        self.free = free
        self.by_caller: Counter[str] = Counter()

    def room(self) -> int:
        """Bytes that may be received now, whoever sends them."""
        try:
            free = self.free()
        except OSError:  # the folder cannot be read; receiving tells why
            free = 4 * self.most
        return min(self.most, free // 4) - self.by_caller.total()

    def add(self, caller: str, size: int, before: int = 0) -> None:
        """Count `size` bytes of a body with `before` bytes counted already.

        Raises `RateLimited` or `Unavailable` where there is no room for them.
        """
        held = self.by_caller[caller]
        if held > before and held + size > self.most_per_caller:
            raise RateLimited(
                f"You are sending more than {self.most_per_caller // MIB} MB at a time.",
                code="too_many_bytes",
                retry_after=RETRY_AFTER,
            )
        if size > self.room():
            raise Unavailable(
                "The server is receiving as much as it has room for.",
                code="storage_full",
                retry_after=RETRY_AFTER,
            )
        self.by_caller[caller] = held + size

    def subtract(self, caller: str, size: int) -> None:
        self.by_caller[caller] -= size
        if not self.by_caller[caller]:
            del self.by_caller[caller]


class CountedBody:
    """One body, counted until the last `Hold` on it is released."""

    def __init__(self, quota: BodyQuota, caller: str) -> None:
        self.quota = quota
        self.caller = caller
        self.size = 0
        self.holds = 0

    def grow(self, size: int) -> None:
        """Count a body of at least `size` bytes. Raises as `BodyQuota.add`."""
        if size > self.size:
            size = -(-size // STEP) * STEP
            self.quota.add(self.caller, size - self.size, self.size)
            self.size = size

    def hold(self) -> Hold:
        self.holds += 1
        return Hold(self)

    def drop(self) -> None:
        """End one hold."""
        self.holds -= 1
        if not self.holds and self.size:
            self.quota.subtract(self.caller, self.size)


class Hold:
    """Says that the bytes of a body are still needed; None where the request has no long body."""

    def __init__(self, body: CountedBody | None) -> None:
        self.body = body

    def release(self) -> None:
        """May be called again."""
        body, self.body = self.body, None
        if body is not None:
            body.drop()


def hold_body(scope: MutableMapping[str, Any]) -> Hold:
    """For files of a request that may outlive its response."""
    body: CountedBody | None = scope.get(BODY)
    return body.hold() if body is not None else Hold(None)
