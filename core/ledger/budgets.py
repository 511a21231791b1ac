"""Budgets of one batch: locked in ascending id, rolled into their present window, reserved, paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.contract.errors import BudgetExceeded
from core.ledger.store.statements import STORE_BUDGET, STORE_GUARDED, lock_budgets
from core.models.access import Budget
from core.models.money import from_steps

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Raced(Exception):
    """A conditional update found another state than the batch had read: replay it one by one."""


def window_begin(window: str, now: datetime) -> datetime:
    """When the window that contains `now` began, UTC; the beginning of time for `total`."""
    if window == Budget.Window.TOTAL:
        return BEGINNING
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case Budget.Window.DAY:
            return midnight
        case Budget.Window.WEEK:
            return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1)


def window_end(window: str, now: datetime) -> datetime | None:
    """When the present window ends and the budget is whole again; None for `total`."""
    begin = window_begin(window, now)
    match window:
        case Budget.Window.DAY:
            return begin + timedelta(days=1)
        case Budget.Window.WEEK:
            return begin + timedelta(weeks=1)
        case Budget.Window.MONTH:
            return (begin + timedelta(days=32)).replace(day=1)
    return None


@dataclass(slots=True)
class LockedBudget:
    """One budget row under lock, in steps of money, and what the batch adds to it."""

    id: int
    limit: int
    spent: int
    reserved: int
    window: str
    window_began: datetime
    owner: str
    more_reserved: int = 0
    more_spent: int = 0
    guarded: bool = False

    @property
    def left(self) -> int:
        return self.limit - self.spent - self.reserved - self.more_spent - self.more_reserved


class LockedBudgets:
    """The budgets a batch touches."""

    def __init__(self, cursor: Any, ids: Iterable[int], now: datetime) -> None:
        """Lock and read them; a budget deleted meanwhile limits nobody."""
        self.now = now
        self.cursor = cursor
        self.accounts: dict[int, LockedBudget] = {}
        wanted = sorted(set(ids))
        if wanted:
            cursor.execute(lock_budgets(len(wanted)), wanted)
            for row in cursor.fetchall():
                self.accounts[row[0]] = locked_budget(row, now)

    def pay(self, ids: Iterable[int], released: int, spent: int) -> None:
        for found in self.of(ids):
            found.more_reserved -= released
            found.more_spent += spent

    def reserve(self, ids: Iterable[int], steps: int) -> BudgetExceeded | None:
        """Put `steps` aside in every budget, or in none and say which had no room."""
        touched = self.of(ids)
        for found in touched:
            if found.left < steps:
                return refusal(found, steps, self.now)
        for found in touched:
            found.more_reserved += steps
            found.guarded = True
        return None

    def of(self, ids: Iterable[int]) -> list[LockedBudget]:
        return [self.accounts[id] for id in ids if id in self.accounts]

    def store(self) -> None:
        """Write the sums, each by one conditional update. Raises `Raced` if a limit would be broken."""
        for found in self.accounts.values():
            if not (found.more_reserved or found.more_spent or found.guarded):
                continue
            begin = sql_time(found.window_began)
            more = (found.more_spent, found.more_reserved)
            values = (begin, found.more_spent, *(more[1:] * 2), begin, begin, found.id)
            if found.guarded:
                self.cursor.execute(STORE_GUARDED, (*values, begin, *more))
            else:
                self.cursor.execute(STORE_BUDGET, values)
            if found.guarded and self.cursor.rowcount != 1:
                raise Raced


def locked_budget(row: tuple[Any, ...], now: datetime) -> LockedBudget:
    id, limit, spent, reserved, window, begin, user, team, key = row
    begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
    began = window_begin(window, now)
    owner = "API key" if key else "user" if user else "team" if team else "server"
    if begin < began:
        spent = 0
    return LockedBudget(id, limit, spent, reserved, window, began, owner)


def refusal(found: LockedBudget, steps: int, now: datetime) -> BudgetExceeded:
    left, limit, estimate = (from_steps(max(0, amount)) for amount in (found.left, found.limit, steps))
    ends = window_end(found.window, now)
    window = "in total" if ends is None else f"per {found.window}"
    again = "" if ends is None else f" It begins anew at {ends:%Y-%m-%d %H:%M} UTC."
    return BudgetExceeded(
        f"The {found.owner}'s budget of ${limit.normalize():f} {window} has ${left.normalize():f} left; "
        f"this request may cost up to ${estimate.normalize():f}.{again}",
        metadata={
            "budget": found.id,
            "owner": found.owner,
            "window": found.window,
            "limit": float(limit),
            "remaining": float(left),
            "estimate": float(estimate),
            "resets_at": ends.isoformat() if ends else None,
        },
    )


def sql_time(when: datetime) -> str:
    """A UTC time as both databases read it in a parameter."""
    return str(when.replace(tzinfo=None))
