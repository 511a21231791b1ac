"""Price sheets: which price applies to what was asked."""

from __future__ import annotations

from decimal import Decimal

from core.contract.usage import Kind, Price, Unit
from core.ledger.price_sheet import PriceSheet, sheet_of

LINE = (Kind.TEXT_IN, Unit.TOKEN)


def price(usd: str, **condition: object) -> Price:
    return Price(*LINE, Decimal(usd), condition)


def test_a_condition_is_matched_each_time():
    sheet = PriceSheet((price("1"), price("2", min_prompt_tokens=100)))
    assert sheet.conditional
    assert [sheet.usd_per_unit({"min_prompt_tokens": tokens})[LINE] for tokens in (99, 100)] == [1, 2]
    assert sheet.highest == {LINE: Decimal(2)}


def test_surcharges_are_added_to_the_price_that_counts_without_them():
    sheet = PriceSheet(
        (
            price("10"),
            price("12", keyterms=True),
            price("3", entity_detection=True, surcharge=True),
            price("1", detect_speaker_roles=True, surcharge=True),
        ),
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
    assert PriceSheet((price("3", web_search=True, surcharge=True),)).usd_per_unit({"web_search": True}) == {}


def test_a_sheet_is_made_once_for_the_same_prices_and_anew_for_others():
    free, dear = (price("0"),), (price("0", min_prompt_tokens=100),)
    assert sheet_of(free) is sheet_of((price("0"),))
    assert (sheet_of(free).conditional, sheet_of(dear).conditional) == (False, True)
