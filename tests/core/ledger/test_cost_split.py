"""The shares of a cost for prompt and completion, which add up to the whole."""

from __future__ import annotations

from decimal import Decimal

from core.contract.events import AttemptNote, Outcome
from core.contract.route import Target
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill, pricing
from core.ledger.cost_split import cost_details
from core.ledger.price_sheet import PriceSheet
from core.models.ledger import LedgerState

PRICES = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.001")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.01")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.02"), {"min_prompt_tokens": 100}),
    Price(Kind.REQUEST, Unit.REQUEST, Decimal("0.5")),
)


def attempt(
    prompt: int, completion: int, prices=PRICES, reported: str | None = None, state=LedgerState.SETTLED
):
    amounts = (
        Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(prompt)),
        Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(completion)),
        Amount(Kind.REASONING_OUT, Unit.TOKEN, Decimal(1)),
    )
    computed = pricing.computed(Usage(amounts), PriceSheet(prices))
    told = None if reported is None else Decimal(reported)
    owed = bill.Bill(state, told or computed, Basis.COMPUTED, amounts, computed, told)
    note = AttemptNote(1, "lab", "m", Outcome.COMPLETED, None, "", 1, owed.cost, owed.basis)
    return bill.ClosedAttempt(owed, note, Target(1, "lab", "Lab", "openai", "", "m", prices=prices))


def shares(*attempts) -> tuple[Decimal | None, ...] | None:
    found = cost_details(attempts)
    return None if found is None else tuple(found.values())


def test_a_fee_belongs_to_the_prompt():
    assert shares(attempt(10, 20)) == (None, Decimal("0.51"), Decimal("0.2"))


def test_a_price_by_the_length_of_the_prompt_holds_for_the_completion():
    assert shares(attempt(100, 20)) == (None, Decimal("0.6"), Decimal("0.4"))


def test_what_was_charged_is_listed_beside_the_computed_shares():
    assert shares(attempt(10, 20, reported="0.7")) == (Decimal("0.7"), Decimal("0.51"), Decimal("0.2"))


def test_attempts_add_up_and_released_ones_cost_nothing():
    released = attempt(1000, 1000, state=LedgerState.RELEASED)
    assert shares(attempt(10, 20), released, attempt(10, 20)) == (None, Decimal("1.02"), Decimal("0.4"))


def test_without_a_price_there_are_no_shares():
    assert shares(attempt(10, 20, prices=())) is None
