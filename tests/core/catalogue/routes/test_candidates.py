"""The models that may answer one request, from a seeded catalogue."""

from __future__ import annotations

import pytest

from core.catalogue.routes.candidates import find_candidates
from core.contract.chat import Modality
from core.contract.errors import ModelNotFound, NotPermitted, Unavailable, Unsupported
from core.contract.route import Fallback
from core.contract.routing import Balance, LoadBalancer, NamedModel, RoutingRules
from core.routing.balance import Balancer
from tests.core.catalogue.requests import chat_request, file_part

pytestmark = pytest.mark.usefixtures("models", "openai_key")

GPT, MINI, VOXTRAL = "openai/gpt-4o", "openai/gpt-4o-mini", "mistralai/voxtral-small-24b-2507"
"""The last one has no key."""


def named(*models: str) -> tuple[NamedModel, ...]:
    return tuple(NamedModel(model, f"fallbacks[{at}].model") for at, model in enumerate(models))


def find(*models: str, first: str = GPT, parts: tuple = (), forbidden: str = "", **fields) -> Fallback:
    def admit(model: str) -> None:
        if model == forbidden:
            raise NotPermitted(f"This key may not use {model}.", param="model")

    rules = RoutingRules(fallbacks=named(*models), **fields)
    return find_candidates(chat_request(first, *parts, routing=rules), admit, Balancer(lambda: 0.5))


def models_of(found: Fallback) -> list[str]:
    return [found.route.model, *(one.route.model for one in found.route.fallbacks)]


def test_each_model_has_its_own_request_and_targets():
    found = find(MINI, GPT, MINI.upper())
    assert models_of(found) == [GPT, MINI]
    (other,) = found.route.fallbacks
    assert (other.request.model, other.request.messages) == (MINI, found.request.messages)
    assert {target.model.rpartition("/")[2] for target in other.route.targets} == {"gpt-4o-mini"}


def test_what_cannot_take_the_parts_is_skipped():
    found = find("openai/tts-1", MINI, parts=(file_part(Modality.IMAGE),))
    assert models_of(found) == [GPT, MINI]
    assert [(one.model, one.code) for one in found.route.skipped] == [("openai/tts-1", "wrong_endpoint")]


def test_a_first_model_that_cannot_take_them_is_refused():
    with pytest.raises(Unsupported):
        find(VOXTRAL, parts=(file_part(Modality.VIDEO),))


def test_a_first_model_without_a_key_is_skipped():
    found = find(GPT, first=VOXTRAL)
    assert models_of(found) == [GPT]
    assert [(one.model, one.code) for one in found.route.skipped] == [(VOXTRAL, "provider_needs_key")]
    with pytest.raises(Unavailable):
        find(VOXTRAL, first=VOXTRAL)


@pytest.mark.parametrize(
    ("names", "kind"), [((MINI, "openai/none"), ModelNotFound), ((GPT, MINI), NotPermitted)]
)
def test_errors_name_the_field_of_the_model(names, kind):
    with pytest.raises(kind) as caught:
        find(*names, forbidden=MINI if kind is NotPermitted else "")
    assert caught.value.param == "fallbacks[1].model"


@pytest.mark.parametrize(("weights", "chosen"), [((0.9, 0.1), GPT), ((0.1, 0.9), MINI)])
def test_a_balancer_chooses_among_those_that_can_be_asked(weights, chosen):
    models = tuple(NamedModel(model, "x", weight) for model, weight in zip((GPT, MINI), weights, strict=True))
    dear = NamedModel(VOXTRAL, "x", 1000)
    found = find(first=MINI, balancer=LoadBalancer(Balance.WEIGHTED, (dear, *models)))
    assert models_of(found) == [chosen]
    assert [one.model for one in found.route.skipped] == [VOXTRAL]
