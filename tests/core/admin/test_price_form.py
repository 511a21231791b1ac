"""Prices as people say them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from core.models import Endpoint, Price

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("unit", "amount", "per", "stored"),
    [
        ("character", "15", "1000000", "0.000015"),
        ("character", "0.015", "1000", "0.000015"),
        ("second", "0.006", "60", "0.0001"),
        ("second", "1", "60", "0.01666666666667"),
        ("character", "0.000015", "1", "0.000015"),
        ("character", "0.000015", "", "0.000015"),
    ],
)
def test_a_price_is_entered_for_a_number_of_units(browser, catalogue, unit, amount, per, stored):
    endpoint = Endpoint.objects.get(model__slug="acme/talker")
    Price.objects.all().delete()
    data = {"endpoint": endpoint.pk, "kind": "text_in", "unit": unit, "usd_per_unit": amount, "per": per}
    when = {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00", "condition": "{}"}
    answer = browser.post(reverse("admin:core_price_add"), {**data, **when})
    assert (answer.status_code, Price.objects.get().usd_per_unit) == (302, Decimal(stored))


def test_an_amount_that_is_none_is_an_error_of_the_form(browser, catalogue):
    before = Price.objects.count()
    page = browser.post(reverse("admin:core_price_add"), {"usd_per_unit": "x", "per": "7", "kind": "text_in"})
    assert {"usd_per_unit", "per"} <= set(page.context["adminform"].form.errors)
    assert Price.objects.count() == before
