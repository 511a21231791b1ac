"""Costs, compared with the providers' published examples and with plain arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.usage import Amount, Basis, Cost, Kind, Price, Unit, Usage
from core.ledger import pricing
from core.ledger.price_sheet import PriceSheet

PER_CHARACTER = Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.000015"))


def tokens(kind: Kind, quantity: int) -> Amount:
    return Amount(kind, Unit.TOKEN, Decimal(quantity))


def per_token(kind: Kind, usd: str, **facts: object) -> Price:
    return Price(kind, Unit.TOKEN, Decimal(usd), **facts)


ONE_DOLLAR = PriceSheet([per_token(Kind.TEXT_IN, "1")])


def cost(*amounts: Amount, prices: list[Price], **facts: object) -> Cost:
    return pricing.cost(Usage(amounts), PriceSheet(prices), facts)


def test_cost_of_recorded_transcription():
    prices = [per_token(Kind.AUDIO_IN, "0.00000125"), per_token(Kind.TEXT_OUT, "0.000005")]
    amounts = tokens(Kind.AUDIO_IN, 37), tokens(Kind.TEXT_OUT, 12)
    assert cost(*amounts, prices=prices) == Cost(Decimal("0.0001062500"), Basis.COMPUTED)


def test_cost_without_price_is_unknown():
    assert cost(tokens(Kind.TEXT_IN, 5), prices=[]) == Cost(None, Basis.UNPRICED)
    assert cost(tokens(Kind.TEXT_IN, 5), prices=[PER_CHARACTER]) == Cost(None, Basis.UNPRICED)


def test_cost_of_free_endpoint_is_zero():
    free = Price(Kind.REQUEST, Unit.REQUEST, Decimal(0))
    assert cost(tokens(Kind.TEXT_IN, 5), prices=[free]) == Cost(Decimal(0), Basis.COMPUTED)


def test_cost_reported_by_provider_wins():
    usage = Usage((tokens(Kind.TEXT_IN, 5),), reported_cost=Decimal("0.25"))
    assert pricing.cost(usage, ONE_DOLLAR) == Cost(Decimal("0.25"), Basis.REPORTED)
    assert pricing.computed(usage, ONE_DOLLAR) == 5


def test_cost_of_guessed_usage_is_estimated():
    usage = Usage((tokens(Kind.TEXT_IN, 5),), estimated=True)
    assert pricing.cost(usage, ONE_DOLLAR) == Cost(Decimal(5), Basis.ESTIMATED)


@pytest.mark.parametrize(("prompt", "expected"), [(199_999, 199_999), (200_000, 400_000), (272_000, 816_000)])
def test_cost_of_long_prompt_takes_its_tier(prompt, expected):
    prices = [
        per_token(Kind.TEXT_IN, "1"),
        per_token(Kind.TEXT_IN, "3", condition={"min_prompt_tokens": 272_000}),
        per_token(Kind.TEXT_IN, "2", condition={"min_prompt_tokens": 200_000}),
    ]
    assert cost(tokens(Kind.TEXT_IN, prompt), prices=prices).amount == expected


def test_cost_of_image_takes_its_size_and_quality():
    image = Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(2))
    line = Kind.IMAGE_OUT, Unit.IMAGE
    prices = [
        Price(*line, Decimal("0.04"), {"size": "1024x1024"}),
        Price(*line, Decimal("0.08"), {"size": "1024x1024", "quality": "hd"}),
    ]
    assert cost(image, prices=prices, size="1024x1024", quality="hd").amount == Decimal("0.16")
    assert cost(image, prices=prices, size="1024x1024").amount == Decimal("0.08")
    assert cost(image, prices=prices, size="512x512").amount is None


def test_cost_takes_priced_parts_out_of_their_whole():
    amounts = tokens(Kind.TEXT_IN, 100), tokens(Kind.CACHED_IN, 40)
    whole = per_token(Kind.TEXT_IN, "1")
    assert cost(*amounts, prices=[whole]).amount == 100
    assert cost(*amounts, prices=[whole, per_token(Kind.CACHED_IN, "0.1")]).amount == 64


def test_bound_takes_highest_tier_and_rounds_up():
    prices = [
        per_token(Kind.TEXT_IN, "0.00000000001"),
        per_token(Kind.TEXT_IN, "0.00000000002", condition={"min_prompt_tokens": 9}),
    ]
    assert pricing.upper_bound(lambda line: Decimal(1), PriceSheet(prices)) == Decimal("0.0000000001")
    assert pricing.upper_bound(lambda line: Decimal(1), PriceSheet([])) is None


quantities = st.integers(min_value=0, max_value=10**12)
usd = st.decimals(min_value=0, max_value=Decimal("0.001"), places=14)


@given(st.lists(st.tuples(quantities, usd), min_size=1, max_size=6))
def test_cost_is_exact_and_never_negative(lines):
    kinds = [Kind.TEXT_IN, Kind.TEXT_OUT, Kind.AUDIO_IN, Kind.AUDIO_OUT, Kind.IMAGE_IN, Kind.IMAGE_OUT]
    paired = list(zip(kinds, lines, strict=False))
    usage = Usage(tuple(tokens(kind, quantity) for kind, (quantity, _) in paired))
    prices = [Price(kind, Unit.TOKEN, price) for kind, (_, price) in paired]
    found = pricing.computed(usage, PriceSheet(prices))
    exact = sum(quantity * int(price * 10**14) for _, (quantity, price) in paired)
    assert found >= 0
    assert found * 10**10 == (exact + 5000) // 10**4


@given(quantities, usd)
def test_bound_is_never_below_cost(quantity, price):
    usage = Usage((tokens(Kind.TEXT_IN, quantity),))
    prices = [Price(Kind.TEXT_IN, Unit.TOKEN, price)]
    most = pricing.upper_bound(lambda line: Decimal(quantity), PriceSheet(prices))
    assert most >= pricing.computed(usage, PriceSheet(prices))
