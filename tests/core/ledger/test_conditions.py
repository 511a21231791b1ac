"""Prices that depend on something, and sheets that say too little."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.contract.chat import ChatRequest
from core.contract.route import Route
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Basis, Kind, Price, Unit, Usage
from core.ledger import bill, pricing
from core.ledger.estimates.tasks import estimate
from core.ledger.metering import Meter
from core.ledger.price_sheet import PriceSheet
from core.models import catalogue
from tests.core.ledger.conftest import target

IN = Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.001"))
OUT = Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.01"))
DEARER = Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.02"), {"service_tier": "priority"})
USED = Usage((Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(10)), Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(5))))


def ask(**parameters) -> ChatRequest:
    return ChatRequest("m", ({"role": "user", "content": "Hello"},), parameters)


def cost(request, *prices: Price) -> Decimal | None:
    meter = Meter()
    meter.delivered = True
    return bill.of_attempt(USED, meter, request, target(*prices)).cost


@pytest.mark.parametrize("request_", [ask(), SpeechRequest("m", "Hello")])
def test_a_sheet_with_an_input_price_only_is_unpriced(request_):
    assert estimate(request_, Route("m", (target(IN),))) is None
    assert cost(request_, IN) is None


def test_an_output_price_that_does_not_apply_is_none():
    assert cost(ask(), IN, DEARER) is None


def test_the_tier_that_was_asked_for_is_charged():
    assert cost(ask(), IN, OUT, DEARER) == Decimal("0.06")
    assert cost(ask(service_tier="priority"), IN, OUT, DEARER) == Decimal("0.11")


@pytest.mark.parametrize("wanted", ["many", {"at": 1}, None, -5, True])
def test_a_condition_that_cannot_be_read_never_matches(wanted):
    odd = Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal(9), {"min_prompt_tokens": wanted})
    assert pricing.cost(USED, PriceSheet((IN, OUT, odd))) == pricing.Cost(Decimal("0.06"), Basis.COMPUTED)


@pytest.mark.parametrize(
    ("condition", "good"),
    [
        ({}, True),
        ({"min_prompt_tokens": 200_000}, True),
        ({"service_tier": "flex"}, True),
        ({"web_search": True}, True),
        ({"size": "1024x1024", "quality": "low"}, True),
        ({"min_prompt_tokens": "200000"}, False),
        ({"min_prompt_tokens": True}, False),
        ({"min_prompt_tokens": -1}, False),
        ({"service_tier": 5}, False),
        ({"colour": "red"}, False),
        (["flex"], False),
        ("flex", False),
    ],
)
def test_a_bad_condition_cannot_be_saved(condition, good):
    row = catalogue.Price(kind="text_in", unit="token", usd_per_unit=1, condition=condition)
    if good:
        row.clean_fields(exclude=("endpoint",))
        return
    with pytest.raises(ValidationError) as refused:
        row.clean_fields(exclude=("endpoint",))
    assert set(refused.value.message_dict) == {"condition"}
