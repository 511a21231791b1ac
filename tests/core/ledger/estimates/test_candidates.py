"""Bounds of a request that one of several models answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.contract.chat import ChatRequest
from core.contract.route import Fallback, Route, Target
from core.contract.usage import Kind, Price, Unit
from core.ledger.estimates.candidates import cheapest_first, least, most, with_limits
from core.ledger.estimates.tasks import estimate, least_cost

REQUEST = ChatRequest("a", ({"role": "user", "content": "Hello"},))


def target(id: int, price: str | None, model: str = "m") -> Target:
    prices = () if price is None else (Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal(price)),)
    return Target(id, f"p{id}", f"P{id}", "openai", "http://x.test", model, prices=prices)


def candidate(model: str, *targets: Target) -> Fallback:
    return Fallback(Route(model, targets), replace(REQUEST, model=model))


CHEAP, DEAR = candidate("a", target(1, "0.001")), candidate("b", target(2, "0.005"))
FREE = candidate("c", target(3, None))


def test_the_dearest_model_counts():
    route = replace(CHEAP.route, fallbacks=(DEAR,))
    assert most(REQUEST, route) == estimate(DEAR.request, DEAR.route) == 5 * estimate(REQUEST, CHEAP.route)
    assert least(REQUEST, route) == least_cost(DEAR.request, DEAR.route) < most(REQUEST, route)


def test_one_without_a_price_leaves_it_unknown():
    assert most(REQUEST, replace(CHEAP.route, fallbacks=(FREE, DEAR))) is None


def test_where_a_budget_pays_those_without_a_price_are_skipped_and_others_limited():
    route = with_limits(replace(CHEAP.route, fallbacks=(FREE, DEAR)))
    assert [one.route.model for one in route.fallbacks] == ["b"]
    assert [one.request.limit for one in route.fallbacks] == [4096]
    assert [(one.model, one.code) for one in route.skipped] == [("c", "unpriced_model")]


def test_the_cheapest_target_comes_first_and_the_unpriced_last():
    several = candidate("a", target(1, None), target(2, "0.005"), target(3, "0.001"))
    found = cheapest_first(replace(several, route=replace(several.route, fallbacks=(DEAR,)))).route
    assert [(one.endpoint_id, one.priority) for one in found.targets] == [(3, 0), (2, 1), (1, 2)]
    assert [one.endpoint_id for one in found.fallbacks[0].route.targets] == [2]
