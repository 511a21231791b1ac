"""What a record knows of its attempts: the one under way, one that was stopped, those of another model."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.contract.errors import PolyphonyError
from core.contract.events import Outcome
from core.contract.requests import Request
from core.contract.route import Remainder, Route, Target
from core.ledger.metering import Meter


@dataclass(slots=True)
class OpenAttempt:
    """The attempt under way; `started`, `first_content` and `ended` are monotonic seconds."""

    number: int
    target: Target
    started: float
    meter: Meter
    first_content: float | None = None
    ended: float | None = None


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

    `failure` is why the attempt failed, `error` why the request did.
    """

    attempt: OpenAttempt
    remainder: Remainder
    outcome: Outcome
    sent: bool
    failure: PolyphonyError | None = None
    error: PolyphonyError | None = None
