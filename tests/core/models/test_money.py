from decimal import Decimal

import pytest
from django.db.models import F, Sum, Value
from hypothesis import given
from hypothesis import strategies as st

from core.models import Budget
from core.models.money import MoneyField, from_steps, to_steps

amounts = st.decimals(min_value=0, max_value=10**6, places=10, allow_nan=False)


@given(amounts)
def test_ten_decimal_places_are_stored_exactly(amount):
    assert from_steps(to_steps(amount)) == amount


@given(st.lists(amounts, max_size=20))
def test_sums_of_steps_are_exact(parts):
    assert sum(to_steps(part) for part in parts) == to_steps(sum(parts, Decimal()))


@pytest.mark.django_db
def test_the_database_adds_without_rounding(alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("1"))
    for _ in range(10):
        Budget.objects.filter(pk=budget.pk).update(spent=F("spent") + Value(Decimal("0.1"), MoneyField()))
    budget.refresh_from_db()
    assert budget.spent == Decimal("1")
    assert Budget.objects.aggregate(total=Sum("spent"))["total"] == Decimal("1")
