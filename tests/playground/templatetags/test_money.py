"""Filters for money and units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from playground.templatetags.money import cost, money, quantity, units


@pytest.mark.parametrize(
    ("amount", "shown", "spent"),
    [
        (None, "unpriced", "unpriced"),
        (Decimal(0), "$0", "free"),
        ("0.000000000", "$0", "free"),
        (0.0042, "$0.0042", "$0.0042"),
        (Decimal("15"), "$15", "$15"),
        (Decimal("0.6"), "$0.60", "$0.60"),
    ],
)
def test_money_is_formatted(amount, shown, spent):
    assert (money(amount), cost(amount)) == (shown, spent)


@pytest.mark.parametrize(
    ("counted", "label"),
    [
        (None, ""),
        ({}, ""),
        ({"text_in.character": 1}, "1 character"),
        (
            {"text_in.character": 1200, "audio_out.byte": 99999, "audio_out.second": 3.25},
            "1,200 characters, 3.2 s",
        ),
        ({"audio_out.byte": 2000}, "2,000 bytes"),
        ({"text_in.token": 5, "image_out.image": 2}, "2 images, 5 tokens"),
        (
            {"text_in.token": 170, "text_out.token": 13600, "cached_in.token": 100, "request.request": 1},
            "1 request, 170 tokens in, 13,600 tokens out",
        ),
        ({"text_in.token": 20, "image_in.token": 30, "reasoning_out.token": 7}, "50 tokens in, 7 tokens out"),
    ],
)
def test_units_have_labels(counted, label):
    assert units(counted) == label


def test_numbers_are_grouped_in_the_readers_way():
    assert quantity(20000) == "20,000"
    with override("ru"):
        assert quantity(20000) == "20\xa0000"
    assert quantity(None) == ""
