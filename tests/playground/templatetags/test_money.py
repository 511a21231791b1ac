"""Filters for money and units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from core.contract.events import Outcome
from core.contract.usage import Basis
from playground.models import Run
from playground.templatetags.money import (
    cost,
    duration,
    milliseconds,
    model_cost,
    money,
    quantity,
    request_cost,
    run_cost,
    units,
)


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
            "1,200 characters, 3.3 s",
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


@pytest.mark.parametrize(
    ("amount", "outcome", "basis", "shown"),
    [
        (Decimal(0), Outcome.FAILED, Basis.COMPUTED, "not charged"),
        (Decimal("0.02"), Outcome.FAILED, Basis.ESTIMATED, "≈ $0.02"),
        (None, Outcome.FAILED, Basis.UNPRICED, "unpriced"),
        (Decimal(0), Outcome.COMPLETED, Basis.COMPUTED, "free"),
        (Decimal("0.02"), Outcome.COMPLETED, Basis.REPORTED, "$0.02"),
    ],
)
def test_a_failed_run_costs_the_same_on_every_page(amount, outcome, basis, shown):
    assert request_cost(amount, outcome.value, basis.value) == shown
    receipt = {"cost": None if amount is None else float(amount), "basis": basis.value}
    assert run_cost(Run(state=outcome.value, receipt=receipt)) == shown


def test_a_run_without_a_receipt_has_no_cost():
    assert run_cost(Run(state=Run.State.FAILED)) == "not charged"
    assert (run_cost(Run(state=Run.State.RUNNING)), run_cost(None)) == ("", "")


def test_a_model_whose_requests_all_failed_was_not_charged():
    assert model_cost({"cost": "0", "units": {}}) == "not charged"
    assert model_cost({"cost": "0", "units": {"text_in.token": 5}}) == "free"
    assert model_cost(None) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.3216, "0.32 s"),
        (1.43, "1.4 s"),
        (2.0, "2 s"),
        (42.4, "42 s"),
        (65.4, "1:05"),
        (3723, "1:02:03"),
        (None, ""),
    ],
)
def test_durations_are_as_the_pages_write_them(seconds, shown):
    assert duration(seconds) == shown
    assert milliseconds(None if seconds is None else seconds * 1000) == shown
