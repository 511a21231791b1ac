"""Every spelling of the routing fields, the same in the bodies of all tasks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.bodies.routing.body import RoutedBody
from core.bodies.tasks import BODIES
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.routing import (
    NO_RULES,
    Balance,
    LoadBalancer,
    NamedModel,
    ProviderRules,
    RoutingRules,
)


class ModelBody(RoutedBody):
    model: str


def rules(**fields) -> RoutingRules:
    return validate(ModelBody, {"model": "a", **fields}).rules


def refusal(**fields) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        rules(**fields)
    return caught.value


def test_every_task_has_the_fields():
    bodies: dict[str, type[Body]] = dict(BODIES.items())
    assert [task for task, body in bodies.items() if not issubclass(body, RoutedBody)] == []


def test_without_routing_fields_there_are_no_rules():
    assert rules() is NO_RULES
    assert (
        rules(fallbacks=None, models=None, retry=None, load_balancer=None, orq=None, timeout=None) == NO_RULES
    )


@pytest.mark.parametrize(
    "fallbacks", [["b", "c"], [{"model": "b"}, {"model": "c"}], ["b", {"model": "c", "x": 1}]]
)
def test_fallbacks_are_names_or_objects(fallbacks):
    found = rules(fallbacks=fallbacks)
    assert found.fallbacks == (NamedModel("b", "fallbacks[0].model"), NamedModel("c", "fallbacks[1].model"))
    assert (found.any_error, found.fallback_codes) == (False, None)


def test_models_come_before_fallbacks_and_follow_any_error():
    found = rules(models=["b"], fallbacks=["c"], fallback_on_codes=[429, 503], route="fallback")
    assert [named.model for named in found.fallbacks] == ["b", "c"]
    assert [named.param for named in found.fallbacks] == ["models[0]", "fallbacks[0].model"]
    assert (found.any_error, found.fallback_codes) == (True, {429, 503})


def test_the_first_of_models_stands_in_for_a_missing_model():
    body = validate(ModelBody, {"models": ["b", "c"]})
    assert (body.model, [named.model for named in body.rules.fallbacks]) == ("b", ["b", "c"])


def test_whole_numbers_may_be_written_with_a_point():
    found = {"retry": {"count": 2.0, "on_codes": [429.0]}, "timeout": {"call_timeout": 500.0}}
    assert rules(**found) == rules(retry={"count": 2, "on_codes": [429]}, timeout={"call_timeout": 500})
    assert refusal(retry={"count": 2.5}).message == "retry.count must be a whole number."


@pytest.mark.parametrize("name", ["retry", "retries"])
def test_retry_has_two_names(name):
    found = rules(**{name: {"count": 2, "on_codes": [429]}})
    assert (found.retries, found.retry_codes) == (2, {429})
    assert (rules(**{name: {}}).retries, rules(**{name: {}}).retry_codes) == (3, None)


@pytest.mark.parametrize(
    "balancer",
    [
        {"type": "weight_based", "models": [{"model": "b", "weight": 0.7}, {"model": "c", "weight": 0.3}]},
        [
            {"type": "weight_based", "model": "b", "weight": 0.7},
            {"type": "weight_based", "model": "c", "weight": 0.3},
            {"model": "d", "weight": 0},
        ],
    ],
)
def test_a_load_balancer_is_an_object_or_a_list(balancer):
    assert rules(load_balancer=balancer).balancer == LoadBalancer(
        Balance.WEIGHTED,
        (
            NamedModel("b", "load_balancer.models[0].model", 0.7),
            NamedModel("c", "load_balancer.models[1].model", 0.3),
        ),
    )


@pytest.mark.parametrize("kind", [Balance.ROUND_ROBIN, Balance.LATENCY])
def test_a_balancer_takes_names(kind):
    found = rules(load_balancer={"type": str(kind), "models": ["b", "c"]}).balancer
    assert (found.kind, [named.model for named in found.models]) == (kind, ["b", "c"])


@pytest.mark.parametrize("empty", [{}, []])
def test_an_empty_load_balancer_is_none(empty):
    assert rules(load_balancer=empty).balancer is None


def test_the_timeout_is_in_milliseconds():
    assert rules(timeout={"call_timeout": 1500}).call_timeout == 1.5


def test_the_wrapper_has_the_same_fields_and_yields_to_those_beside_it():
    wrapped = {
        "fallbacks": ["b"],
        "retry": {"count": 1},
        "timeout": {"call_timeout": 1000},
        "name": "x",
        "identity": {"id": "u"},
        "thread": {"id": "t"},
    }
    assert rules(orq=wrapped) == rules(fallbacks=["b"], retry={"count": 1}, timeout={"call_timeout": 1000})
    assert rules(orq=wrapped, retry={"count": 2}).retries == 2


def test_provider_rules():
    provider = {
        "order": ["openai"], "only": ["openai", "azure"], "ignore": ["groq"], "allow_fallbacks": False,
        "require_parameters": True, "sort": {"by": "price", "partition": "none"},
        "max_price": {"prompt": "1.5", "completion": 2, "image": 0.04}, "quantizations": ["fp8"],
    }  # fmt: skip
    assert rules(provider=provider).provider == ProviderRules(
        ("openai",), ("openai", "azure"), ("groq",), False, True, "price",
        {"prompt": Decimal("1.5"), "completion": Decimal(2), "image": Decimal("0.04")}, ("fp8",),
    )  # fmt: skip


def test_a_router_is_told_what_came():
    provider = {
        "sort": {"by": "latency"},
        "max_price": {"prompt": 1},
        "preferred_max_latency": 2,
        "options": {},
    }
    body = validate(ModelBody, {"model": "a", "provider": provider})
    assert body.preferences == {name: provider[name] for name in provider if name != "options"}


WRONG = {
    "models": ("b", "models must be a list."),
    "models[0]": ([1], "models[0] must be a string."),
    "fallbacks": ("b", "fallbacks must be a list."),
    "fallbacks[1].model": (["b", {}], "fallbacks[1].model is required."),
    "fallbacks[0]": ([1], "fallbacks[0] must be an object."),
    "fallback_on_codes": (429, "fallback_on_codes must be a list."),
    "fallback_on_codes[0]": (["429"], "fallback_on_codes[0] must be a whole number."),
    "retry": (3, "retry must be an object."),
    "retry.count": ({"count": 6}, "retry.count must be at most 5."),
    "retries.on_codes[0]": ({"on_codes": [200]}, "retries.on_codes[0] must be at least 400."),
    "load_balancer": ("b", "load_balancer must be an object."),
    "load_balancer.models": ({"models": []}, "load_balancer.models is not valid."),
    "load_balancer.type": ({"type": "best", "models": ["b"]}, None),
    "timeout": (1, "timeout must be an object."),
    "timeout.call_timeout": ({"call_timeout": "1"}, "timeout.call_timeout must be a whole number."),
    "route": ("sort", "route must be one of 'fallback'."),
    "orq": ([], "orq must be an object."),
    "provider": ("x", "provider must be an object."),
    "provider.order": ({"order": "x"}, "provider.order must be a list."),
    "provider.sort": ({"sort": "best"}, None),
    "provider.allow_fallbacks": ({"allow_fallbacks": 1}, "provider.allow_fallbacks must be true or false."),
    "provider.max_price": ({"max_price": 1}, "provider.max_price must be an object."),
    "provider.max_price.prompt": ({"max_price": {"prompt": "-1"}}, None),
    "provider.max_price.token": ({"max_price": {"token": 1}}, None),
}


@pytest.mark.parametrize("param", WRONG)
def test_a_wrong_type_is_refused_by_its_name(param):
    value, message = WRONG[param]
    error = refusal(**{param.partition(".")[0].partition("[")[0]: value})
    assert (type(error).status, error.param) == (400, param)
    assert message is None or error.message == message


def test_what_cannot_be_obeyed_is_refused():
    error = refusal(orq={"knowledge_bases": []})
    assert (type(error), error.param) == (Unsupported, "orq.knowledge_bases")
    assert error.provider_code == "unsupported_parameter"


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, None),
        ({"cache": None}, None),
        ({"cache": {}}, 1800),
        ({"cache": {"type": "exact_match"}}, 1800),
        ({"cache": {"type": "exact_match", "ttl": 60}}, 60),
        ({"orq": {"cache": {"type": "exact_match", "ttl": 5}}}, 5),
    ],
)
def test_the_cache_is_asked_for_in_either_spelling(fields, seconds):
    body = validate(ModelBody, {"model": "a", **fields})
    assert (body.cache and body.cache.seconds, body.rules) == (seconds, NO_RULES)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"cache": {"type": "semantic"}}, "cache.type"),
        ({"cache": {"ttl": 259_201}}, "cache.ttl"),
        ({"orq": {"cache": {"ttl": 0}}}, "cache.ttl"),
        ({"cache": True}, "cache"),
    ],
)
def test_a_wrong_cache_is_refused_by_its_name(fields, param):
    assert refusal(**fields).param == param
