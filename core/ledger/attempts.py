"""What a record knows of its attempts: those under way, those that were stopped, those of another model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.contract.errors import PolyphonyError
from core.contract.events import AttemptNote, Outcome
from core.contract.requests import Request
from core.contract.route import Remainder, Route, Target
from core.ledger.bill import Bill
from core.ledger.metering import Meter, count_remainder


@dataclass(slots=True)
class OpenAttempt:
    """The attempt under way; `started`, `first_content` and `ended` are monotonic seconds."""

    number: int
    target: Target
    started: float
    meter: Meter
    first_content: float | None = None
    ended: float | None = None

    def note(self, outcome: Outcome, error: PolyphonyError | None, owed: Bill) -> AttemptNote:
        """Its entry in the receipt."""
        return AttemptNote(
            self.number,
            self.target.provider,
            self.target.model,
            outcome,
            error.status if error else None,
            reason(error, self.meter.unreadable),
            milliseconds(self.started, self.ended or time.monotonic()),
            owed.cost,
            owed.basis,
            elapsed(self.started, self.first_content),
            error.provider_code if error else "",
            getattr(error, "answered", None),
        )


@dataclass(frozen=True, slots=True)
class BeforeFallback:
    """What a record was before it fell back on another model; `attempts` is how many there were."""

    route: Route
    request: Request
    attempt_request: Request
    estimate: Decimal | None
    lost: int
    attempts: int


@dataclass(slots=True)
class StoppedAttempt:
    """An attempt that has ended while its provider may still tell its usage, by the `remainder`.

    `failure` is why the attempt failed.
    """

    attempt: OpenAttempt
    remainder: Remainder
    outcome: Outcome
    sent: bool
    failure: PolyphonyError | None = None


async def read_on(stopped: Iterable[StoppedAttempt], seconds: float) -> None:
    """Count the rest of each answer, as far as it comes within `seconds` and its own."""
    async with asyncio.TaskGroup() as reading:
        for one in stopped:
            most = min(seconds, one.remainder.seconds)
            reading.create_task(count_remainder(one.remainder, one.attempt.meter, most))


def reason(error: PolyphonyError | None, unreadable: int) -> str:
    """Why an attempt failed, and how much of its answer was left out."""
    left_out = f"Unreadable events of the provider: {unreadable}." if unreadable else ""
    return " ".join(filter(None, (error.message if error else "", left_out)))


def elapsed(start: float, end: float | None) -> int | None:
    return None if end is None else milliseconds(start, end)


def milliseconds(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))
