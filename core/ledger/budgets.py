"""The budgets of one batch: locked in ascending id, moved to their current window, reserved, spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol

from core.contract.errors import BudgetExceeded
from core.contract.requests import Caller
from core.ledger.store.statements import STORE_BUDGET, STORE_GUARDED, lock_budgets, sql_time
from core.models.access import Budget
from core.models.money import from_steps

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Payer(Protocol):
    """Who a request is charged to; `budgets` are the ids of all budgets that count for it."""

    @property
    def caller(self) -> Caller: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def budgets(self) -> tuple[int, ...]: ...


class Raced(Exception):
    """A conditional update found another state than the batch had read: repeat its writes one by one."""


def window_begin(window: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """When the window that contains `now` began in `zone`; `BEGINNING` for `total`."""
    if window == Budget.Window.TOTAL:
        return BEGINNING
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case Budget.Window.DAY:
            return midnight
        case Budget.Window.WEEK:
            return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1)


def window_end(window: str, now: datetime) -> datetime | None:
    """When the current window ends and the spending starts at zero again; None for `total`."""
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
    """One locked budget row, in steps of money, and what the batch adds to it.

    `guarded`: the batch reserves, so the update must not exceed the limit.
    """

    id: int
    limit: int
    spent: int
    reserved: int
    window: str
    window_began: datetime
    owner: str
    added_reserved: int = 0
    added_spent: int = 0
    guarded: bool = False

    @property
    def left(self) -> int:
        return self.limit - self.spent - self.reserved - self.added_spent - self.added_reserved


class LockedBudgets:
    """The budgets a batch touches."""

    def __init__(self, cursor: Any, ids: Iterable[int], now: datetime) -> None:
        """Lock and read them; a budget that was deleted meanwhile is ignored."""
        self.now = now
        self.cursor = cursor
        self.budgets: dict[int, LockedBudget] = {}
        wanted = sorted(set(ids))
        if wanted:
            cursor.execute(lock_budgets(len(wanted)), wanted)
            for row in cursor.fetchall():
                self.budgets[row[0]] = locked_budget(row, now)

    def pay(self, ids: Iterable[int], released: int, spent: int) -> None:
        for found in self.of(ids):
            found.added_reserved -= released
            found.added_spent += spent

    def reserve(self, ids: Iterable[int], steps: int) -> BudgetExceeded | None:
        """Reserve `steps` in every budget, or in none and return the refusal of one that has less left."""
        wanted = self.of(ids)
        for found in wanted:
            if found.left < steps:
                return refusal(found, steps, self.now)
        for found in wanted:
            found.added_reserved += steps
            found.guarded = True
        return None

    def room(self, ids: Iterable[int]) -> int | None:
        """How much can be reserved in every budget; None where none of them exists."""
        return min((found.left for found in self.of(ids)), default=None)

    def of(self, ids: Iterable[int]) -> list[LockedBudget]:
        return [self.budgets[id] for id in ids if id in self.budgets]

    def store(self) -> None:
        """Store the sums, each by one conditional update. Raises `Raced` if a limit would be exceeded."""
        for found in self.budgets.values():
            if not (found.added_reserved or found.added_spent or found.guarded):
                continue
            begin = sql_time(found.window_began)
            added = (found.added_spent, found.added_reserved)
            values = (begin, found.added_spent, *(added[1:] * 2), begin, begin, found.id)
            if found.guarded:
                self.cursor.execute(STORE_GUARDED, (*values, begin, *added))
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
