"""Price sheets: which prices are in force when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.contract.usage import Kind, Price, Unit
from core.ledger.price_sheet import EffectivePrices

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LINE = (Kind.TEXT_IN, Unit.TOKEN)


def price(usd: str, since: datetime | None = None, **condition: object) -> Price:
    return Price(*LINE, Decimal(usd), condition, since)


def at(prices: object, days: int) -> Decimal | None:
    return EffectivePrices(prices, NOW + timedelta(days=days)).highest.get(LINE)


def test_a_dated_price_comes_into_force_in_time_and_not_before():
    prices = (price("1", NOW), price("2", NOW + timedelta(days=2)))
    assert [at(prices, days) for days in (-1, 0, 1, 2, 1, -1)] == [None, 1, 1, 2, 1, None]


def test_a_condition_is_matched_each_time():
    sheet = EffectivePrices((price("1"), price("2", min_prompt_tokens=100)), NOW)
    assert sheet.conditional
    assert [sheet.usd_per_unit({"min_prompt_tokens": tokens})[LINE] for tokens in (99, 100)] == [1, 2]
    assert sheet.highest == {LINE: Decimal(2)}


def test_surcharges_are_added_to_the_price_that_counts_without_them():
    sheet = EffectivePrices(
        (
            price("10"),
            price("12", keyterms=True),
            price("3", entity_detection=True, surcharge=True),
            price("1", detect_speaker_roles=True, surcharge=True),
        ),
        NOW,
    )
    asked = [
        {},
        {"entity_detection": True},
        {"entity_detection": True, "detect_speaker_roles": True},
        {"entity_detection": True, "keyterms": True},
    ]
    assert [sheet.usd_per_unit(facts)[LINE] for facts in asked] == [10, 13, 14, 15]
    assert sheet.highest == {LINE: Decimal(12)}
    assert [sheet.with_surcharges(sheet.highest, facts)[LINE] for facts in asked] == [12, 15, 16, 15]


def test_a_surcharge_on_nothing_is_nothing():
    assert (
        EffectivePrices((price("3", web_search=True, surcharge=True),), NOW).usd_per_unit(
            {"web_search": True}
        )
        == {}
    )
