"""What the road tells the books: one entry per upstream call, written before it leaves."""

from __future__ import annotations

from typing import Protocol

from core.contract.errors import PolyphonyError
from core.contract.events import Event, Outcome
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.usage import Usage


class AttemptLog(Protocol):
    """The running request's attempts, one at a time: `open`, perhaps `first_event`, `close`."""

    async def open(self, target: Target) -> int:
        """Write the next attempt down, durably, and return its number from 1. Raises `BudgetExceeded`."""
        ...

    async def close(self, outcome: Outcome, *, usage: Usage | None, error: PolyphonyError | None) -> None:
        """End the running attempt; its upstream is already closed. `usage` None: nobody said."""
        ...

    def note(self, event: Event) -> None:
        """Count an event of the running attempt that goes no further than the road."""
        ...

    def turn(self, request: Request) -> None:
        """The attempts that follow are for `request`: another model goes on with what came so far."""
        ...

    def first_event(self) -> None:
        """The first content event of the running attempt is here."""
        ...
