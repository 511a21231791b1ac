"""The scenario of a rehearsal: how long it waits, and how it fails.

The model id names it; the endpoint's options change it for any id: `fail` (the name), `first_delay` and
`delay` (seconds before the first and before each chunk), `cut_after` (chunks).
"""

from __future__ import annotations

import asyncio
from typing import Self

from core.contract.errors import (
    UpstreamDenied,
    UpstreamError,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamUnreachable,
)
from core.contract.route import Target

SCENARIOS = ("429", "500", "auth", "refused", "slow", "cut")
SLOW = 2.0
"""Seconds before the first event of `slow`, unless `first_delay` says otherwise."""
CUT_AFTER = 3
"""Chunks before `cut` breaks off, unless `cut_after` says otherwise."""


class Scenario:
    """Paces the chunks of one answer, and breaks it off where it is to be cut."""

    def __init__(self, target: Target, cut_after: int = CUT_AFTER) -> None:
        options = target.options
        model = (
            target.model.removeprefix("rehearsal")
            .removeprefix("-chat")
            .removeprefix("-image")
            .removeprefix("-embedding")
        )
        self._sending = target.sending
        self._name = str(options.get("fail") or model.removeprefix("-"))
        self._first_delay = float(options.get("first_delay", SLOW if self._name == "slow" else 0))
        self._delay = float(options.get("delay", 0))
        self._chunks = 0
        self._limit = int(options.get("cut_after", cut_after)) if self._name == "cut" else None

    async def start(self) -> Self:
        """Wait for `first_delay`. Raises the failure of a scenario that has no content."""
        if self._sending is not None:
            self._sending.done()
        await asyncio.sleep(self._first_delay)
        raise_failure(self._name)
        return self

    async def next_chunk(self) -> None:
        """Wait before the next chunk. Raises `UpstreamUnreachable` where the answer is cut."""
        if self._chunks == self._limit:
            raise cut()
        self._chunks += 1
        await asyncio.sleep(self._delay)

    def end(self) -> None:
        """Raises `UpstreamUnreachable` where the answer is to be cut and was shorter than that."""
        if self._limit is not None:
            raise cut()


def cut() -> UpstreamUnreachable:
    return UpstreamUnreachable("The rehearsal broke off, as it was told to.")


def raise_failure(name: str) -> None:
    """Raise the error of a scenario that fails before any content; nothing for the others."""
    failures: dict[str, UpstreamError] = {
        "429": UpstreamLimited("The rehearsal is asked too often, as it was told to say.", retry_after=1.0),
        "500": UpstreamFailed("The rehearsal failed, as it was told to."),
        "auth": UpstreamDenied("The rehearsal refused its key, as it was told to."),
        "refused": UpstreamRefused(
            "The rehearsal finds this unfit, as it was told to say.", error_type="content_policy_violation"
        ),
    }
    if name in failures:
        raise failures[name]
