"""Price sheets: which prices are in force when, and that they are cached no longer than that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.contract.usage import Kind, Price, Unit
from core.ledger.price_sheet import in_force

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LINE = (Kind.TEXT_IN, Unit.TOKEN)


def price(usd: str, since: datetime | None = None, **condition: object) -> Price:
    return Price(*LINE, Decimal(usd), condition, since)


def at(prices: object, days: int) -> Decimal | None:
    return in_force(prices, NOW + timedelta(days=days)).highest.get(LINE)


def test_a_sheet_is_made_once_while_it_stays_in_force():
    prices = (price("1", NOW), price("2", NOW + timedelta(days=2)))
    sheet = in_force(prices, NOW)
    assert in_force(prices, NOW + timedelta(days=1)) is sheet
    assert in_force((*prices,), NOW) is not sheet


def test_a_dated_price_comes_into_force_in_time_and_not_before():
    prices = (price("1", NOW), price("2", NOW + timedelta(days=2)))
    assert [at(prices, days) for days in (-1, 0, 1, 2, 1, -1)] == [None, 1, 1, 2, 1, None]


def test_a_list_that_grows_is_read_anew():
    prices = [price("1")]
    assert at(prices, 0) == 1
    prices.append(price("3", NOW))
    assert at(prices, 0) == 3


def test_a_condition_is_matched_each_time():
    sheet = in_force((price("1"), price("2", min_prompt_tokens=100)), NOW)
    assert sheet.conditional
    assert [sheet.usd_per_unit({"min_prompt_tokens": tokens})[LINE] for tokens in (99, 100)] == [1, 2]
    assert sheet.highest == {LINE: Decimal(2)}
