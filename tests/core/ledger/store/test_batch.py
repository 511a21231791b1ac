from __future__ import annotations

from core.ledger.store.batch import Write


def never() -> int:
    raise AssertionError("nobody needs to know the least")


def test_a_budget_with_room_reserves_all_of_it():
    assert Write("gen-1", reserve=5, least=never).fit(5) == 5
    assert Write("gen-1", reserve=5, least=never).fit(None) == 5


def test_a_short_budget_reserves_what_is_left_but_no_less_than_the_least():
    assert Write("gen-1", reserve=5, least=lambda: 2).fit(3) == 3
    assert Write("gen-1", reserve=5, least=lambda: 4).fit(3) == 4
    assert Write("gen-1", reserve=5).fit(3) == 5
