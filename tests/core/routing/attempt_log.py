"""A log of attempts in memory: the calls a ledger would have got, in order."""

from __future__ import annotations

from core.contract.errors import BudgetExceeded, PolyphonyError
from core.contract.events import Event, Outcome
from core.contract.requests import Request
from core.contract.route import Fallback, Remainder, SkippedModel, Target
from core.contract.usage import Usage


class MemoryAttemptLog:
    def __init__(self, log: list | None = None, afford: int = 99) -> None:
        self.log: list = [] if log is None else log
        self.closed: list[tuple[Outcome, Usage | None, PolyphonyError | None]] = []
        self.opened = 0
        self._afford = afford

    async def open(self, target: Target) -> int:
        if self.opened == self._afford:
            raise BudgetExceeded("The budget is used up.")
        self.opened += 1
        self.log.append(f"open {target.endpoint_id}")
        return self.opened

    async def close(
        self,
        outcome: Outcome,
        *,
        usage: Usage | None,
        error: PolyphonyError | None,
        sent: bool = False,
        remainder: Remainder | None = None,
    ) -> None:
        self.log.append(f"close {outcome}")
        self.closed.append((outcome, usage, error))

    def beside(self) -> MemoryAttemptLog | None:
        return None

    def note(self, event: Event) -> None:
        self.log.append(f"note {type(event).__name__}")

    def next_request(self, request: Request) -> None:
        self.log.append(f"next request to {request.model}")

    def fall_back(self, fallback: Fallback) -> Request:
        self.log.append(f"fall back to {fallback.route.model}")
        return fallback.request

    def withdraw(self, skipped: SkippedModel) -> bool:
        self.log.append(f"withdraw {skipped.model}")
        return True

    def skip(self, skipped: SkippedModel) -> None:
        self.log.append(f"skip {skipped.provider}")

    def first_event(self) -> None:
        self.log.append("first event")

    def bounded(self, request: Request) -> Request:
        return request

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome, _, _ in self.closed]
