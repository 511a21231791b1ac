from __future__ import annotations

import pytest

from core.contract.routing import Balance, NamedModel
from core.routing import balance
from core.routing.balance import Balancer

MODELS = (NamedModel("a", "x", 0.7), NamedModel("b", "x", 0.2), NamedModel("c", "x", 0.1))


@pytest.mark.parametrize(
    ("drawn", "place"), [(0.0, 0), (0.69, 0), (0.71, 1), (0.89, 1), (0.91, 2), (0.9999999999999999, 2)]
)
def test_a_model_is_drawn_by_its_weight(drawn, place):
    assert Balancer(lambda: drawn).choose(Balance.WEIGHTED, MODELS) == place


def test_each_list_of_models_has_its_own_turns():
    balancer = Balancer()
    assert [balancer.choose(Balance.ROUND_ROBIN, MODELS) for _ in range(4)] == [0, 1, 2, 0]
    assert [balancer.choose(Balance.ROUND_ROBIN, MODELS[:2]) for _ in range(3)] == [0, 1, 0]
    assert balancer.choose(Balance.ROUND_ROBIN, MODELS) == 1


def test_the_oldest_list_is_forgotten(monkeypatch):
    monkeypatch.setattr(balance, "MOST_LISTS", 2)
    balancer = Balancer()
    for models in (MODELS, MODELS[:2], MODELS[:1]):
        balancer.choose(Balance.ROUND_ROBIN, models)
    assert balancer.choose(Balance.ROUND_ROBIN, MODELS[:2]) == 1
    assert balancer.choose(Balance.ROUND_ROBIN, MODELS) == 0


@pytest.mark.parametrize(
    ("latency", "drawn", "place"),
    [((30.0, 20.0, None), 0.5, 1), ((30.0, 20.0, None), 0.05, 2), ((None, None, None), 0.95, 2)],
)
def test_the_fastest_model_goes_first_and_without_numbers_the_weights_count(latency, drawn, place):
    assert Balancer(lambda: drawn).choose(Balance.LATENCY, MODELS, latency) == place


def test_a_turn_of_all_processes_goes_before_the_own():
    balancer = Balancer()
    assert [balancer.choose(Balance.ROUND_ROBIN, MODELS, turn=turn) for turn in (4, 5, 8)] == [1, 2, 2]
    assert balancer.choose(Balance.ROUND_ROBIN, MODELS) == 0
    assert balancer.choose(Balance.WEIGHTED, MODELS[:1], turn=5) == 0
