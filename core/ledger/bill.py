"""The bill of one attempt: how it ended, what it used, what that costs, on which basis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.contract.events import AttemptNote
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.usage import Amount, Basis, Usage
from core.ledger import pricing
from core.ledger.estimates.tasks import ESTIMATES
from core.ledger.metering import Meter
from core.ledger.price_sheet import Line, sheet_of
from core.models.ledger import LedgerState


@dataclass(frozen=True, slots=True)
class Bill:
    """Money of one attempt or, summed up, of one request; `cost` is None where no price is known."""

    state: LedgerState
    cost: Decimal | None
    basis: Basis
    amounts: tuple[Amount, ...] = ()
    computed: Decimal | None = None
    reported: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClosedAttempt:
    """An attempt that has ended: its bill and its entry in the receipt."""

    bill: Bill
    note: AttemptNote
    target: Target = field(repr=False)


@dataclass(frozen=True, slots=True)
class CachedSource:
    """Whose answer came from the cache: the generation id of its request, and the provider."""

    id: str
    provider: str


def of_attempt(
    usage: Usage | None, meter: Meter, request: Request, target: Target, *, sent: bool = False
) -> Bill:
    """The bill of one attempt; `usage` is what the provider reported, None where it reported nothing.

    Released, nothing owed: where the provider never had the request or refused it (not `sent`), nothing was
    delivered and nothing reported; and where the task's estimates call the answer free, unless the provider
    says that it charged for it. Else the usage, completed: a request that was sent owes its whole input,
    because providers bill that.
    """
    estimates = ESTIMATES[request.task]
    free = estimates.free(meter)
    owed = sent or meter.delivered
    if usage is not None:
        owed = bool(usage.reported_cost) or not free
    if not owed:
        return released([target])
    known = complete(usage, meter, request, target)
    sheet = sheet_of(target.prices)
    facts = estimates.facts(request, target, known) if sheet.conditional else {}
    cost = pricing.cost(known, sheet, facts, request.task)
    state = LedgerState.ESTIMATED if known.estimated else LedgerState.SETTLED
    if known.reported_cost is None:
        return Bill(state, cost.amount, cost.basis, known.amounts, cost.amount)
    computed = pricing.computed(known, sheet, facts, request.task)
    reported = pricing.rounded(known.reported_cost)
    return Bill(state, cost.amount, cost.basis, known.amounts, computed, reported)


def complete(usage: Usage | None, meter: Meter, request: Request, target: Target) -> Usage:
    """The reported usage, then what we counted ourselves, then guesses for the lines still missing.

    Lines are guessed only where the provider reported no cost; a guess marks the usage as estimated and is
    never more than the caps of the request allow. The same guess of the input stands whenever the caller
    leaves; what came after the counts of an estimated usage is added to them.
    """
    estimates = ESTIMATES[request.task]
    reported = usage or Usage(estimated=True)
    amounts = {(amount.kind, amount.unit): amount.quantity for amount in reported.amounts}
    for line, quantity in estimates.counted(request, meter, target).items():
        amounts.setdefault(line, quantity)
    estimated = reported.estimated
    if usage and usage.estimated:
        for line, quantity in estimates.after(meter).items():
            amounts[line] = amounts.get(line, Decimal(0)) + quantity
    if reported.reported_cost is None:
        for line in billed_lines(target) or estimates.unpriced_lines:
            known = line in amounts or estimates.covered(line, reported.amounts)
            guessed = None if known else guess(meter, request, target, line)
            if guessed is not None:
                amounts[line] = guessed
                estimated = True
    return Usage(
        tuple(Amount(kind, unit, quantity) for (kind, unit), quantity in amounts.items()),
        reported.reported_cost,
        estimated,
        reported.service_tier,
        reported.facts,
    )


def guess(meter: Meter, request: Request, target: Target, line: Line) -> Decimal | None:
    """What a line probably came to: never more than what was reserved for it."""
    estimates = ESTIMATES[request.task]
    probable = estimates.guess(request, meter, target, line)
    return None if probable is None else min(probable, estimates.upper_bound(request, target)(line))


def billed_lines(target: Target) -> list[Line]:
    """The lines of the endpoint's prices."""
    return [(price.kind, price.unit) for price in target.prices]


def released(targets: Sequence[Target]) -> Bill:
    """Nothing is owed; without a price the cost is unknown, because zero would look like a price."""
    if any(target.prices for target in targets) or not targets:
        return Bill(LedgerState.RELEASED, Decimal(0), Basis.COMPUTED)
    return Bill(LedgerState.RELEASED, None, Basis.UNPRICED)


def of_request(attempts: Sequence[ClosedAttempt]) -> Bill:
    """The sum of a request's attempts; one attempt without a price leaves the sum unknown."""
    billed = [attempt.bill for attempt in attempts if attempt.bill.state != LedgerState.RELEASED]
    if not billed:
        return released([attempt.target for attempt in attempts])
    if len(billed) == 1:
        return billed[0]
    estimated = any(bill.state == LedgerState.ESTIMATED for bill in billed)
    return Bill(
        LedgerState.ESTIMATED if estimated else LedgerState.SETTLED,
        total(bill.cost for bill in billed),
        next(basis for basis in LEAST_CERTAIN_FIRST if any(bill.basis == basis for bill in billed)),
        merged(amount for bill in billed for amount in bill.amounts),
        total(bill.computed for bill in billed),
        total(bill.reported for bill in billed),
    )


def cached() -> Bill:
    """An answer from the cache: nothing is used and nothing owed."""
    return Bill(LedgerState.SETTLED, Decimal(0), Basis.CACHED)


LEAST_CERTAIN_FIRST = (Basis.UNPRICED, Basis.ESTIMATED, Basis.COMPUTED, Basis.REPORTED, Basis.CACHED)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount), Decimal(0))


def merged(amounts: Iterable[Amount]) -> tuple[Amount, ...]:
    sums: dict[str, Amount] = {}
    for amount in amounts:
        before = sums.get(amount.name)
        quantity = amount.quantity + (before.quantity if before else 0)
        sums[amount.name] = Amount(amount.kind, amount.unit, quantity)
    return tuple(sums.values())
