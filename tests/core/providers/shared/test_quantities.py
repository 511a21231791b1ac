from __future__ import annotations

from decimal import Decimal

import pytest

from core.providers.shared.quantities import MAX_COUNT, MAX_QUANTITY, MAX_USD, count, quantity, seconds, usd

NO_NUMBERS = [None, True, "7", [7], {}]


@pytest.mark.parametrize("value", [*NO_NUMBERS, -1, 7.0, MAX_COUNT + 1])
def test_a_count_is_a_plausible_integer(value):
    assert count(value) is None


@pytest.mark.parametrize("value", [*NO_NUMBERS, -0.1, float("nan"), float("inf"), MAX_QUANTITY + 1])
def test_a_quantity_is_a_plausible_number(value):
    assert quantity(value) is None
    assert seconds(value) is None


def test_plausible_numbers_are_kept():
    assert [count(0), count(MAX_COUNT)] == [0, MAX_COUNT]
    assert [quantity(7), quantity(0.5)] == [7.0, 0.5]
    assert seconds(1.23456) == Decimal("1.235")


@pytest.mark.parametrize(
    ("value", "amount"),
    [(0.1, Decimal("0.1")), (3, Decimal(3)), (MAX_USD + 1, None), (-1, None), ("0.1", None), (True, None)],
)
def test_an_amount_of_money_is_exact(value, amount):
    assert usd(value) == amount
