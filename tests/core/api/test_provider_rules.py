"""OpenRouter's `provider`: which endpoints of a model are asked, and in which order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.models import Attempt, Endpoint, Price
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.conftest import make_provider

ONCE = {"retry": {"count": 1, "on_codes": [418]}}


@pytest.fixture
def model(lab, other_provider):
    """`lab/talker` at Lab and, second and half as dear, at Other; text only."""
    model = make_chat_model(lab, upstream="here", input_modalities=["text"], output_modalities=["text"])
    other = make_provider("other", other_provider.url)
    add_endpoint(model, other, "there", priority=20, share=Decimal("0.5"))
    return model


def add_endpoint(model, provider, upstream: str, priority: int, share: Decimal) -> Endpoint:
    first = model.endpoints.first()
    endpoint = Endpoint.objects.create(
        model=model, provider=provider, upstream_id=upstream, priority=priority, weight=first.weight
    )
    for price in first.prices.all():
        Price.objects.create(
            endpoint=endpoint, kind=price.kind, unit=price.unit, usd_per_unit=price.usd_per_unit * share
        )
    return endpoint


def ask(live, key, provider: dict[str, Any], **fields: Any):
    return live.post("/chat/completions", key, json={**ASK, "provider": provider, **fields})


@pytest.mark.parametrize(
    ("rules", "answers"),
    [
        ({}, "Lab"),
        ({"order": ["other"]}, "Other"),
        ({"order": ["nobody", "OTHER", "lab"]}, "Other"),
        ({"order": ["Lab", "Other"]}, "Lab"),
        ({"only": ["other"]}, "Other"),
        ({"ignore": ["lab"]}, "Other"),
        ({"sort": "price"}, "Other"),
        ({"sort": {"by": "price"}}, "Other"),
        ({"sort": "price", "order": ["lab"]}, "Lab"),
        ({"sort": "latency"}, "Lab"),
        ({"max_price": {"prompt": 6, "completion": "60"}}, "Other"),
        ({"max_price": {"prompt": 10, "completion": 100, "image": 0}}, "Lab"),
    ],
)
def test_rules_choose_the_endpoint(live, key, model, rules, answers):
    answer = ask(live, key, rules)
    assert (answer.status_code, answer.headers["x-polyphony-provider"]) == (200, answers)
    assert Attempt.objects.get().cost == {"Lab": Decimal("0.00112"), "Other": Decimal("0.00056")}[answers]


@pytest.mark.parametrize(
    ("rules", "param"),
    [
        ({"only": ["nobody"]}, "provider.only"),
        ({"ignore": ["lab", "Other"]}, "provider.ignore"),
        ({"max_price": {"prompt": 1}}, "provider.max_price"),
        ({"quantizations": ["fp8"]}, "provider.quantizations"),
    ],
)
def test_rules_that_exclude_all_are_refused(live, key, model, provider, rules, param):
    error = ask(live, key, rules).json()["error"]
    assert (error["code"], error["param"]) == (400, param)
    assert error["message"] == f"{param}: It excludes every provider of lab/talker: lab, other."
    assert provider.requests == []


def test_without_fallbacks_only_the_first_is_asked(live, key, model, provider, other_provider):
    Endpoint.objects.filter(upstream_id="here").update(upstream_id="failing")
    model.save()
    assert ask(live, key, {"allow_fallbacks": False}, **ONCE).status_code == 502
    assert (len(provider.requests), len(other_provider.requests)) == (1, 0)
    assert ask(live, key, {"allow_fallbacks": True}, **ONCE).status_code == 200


def test_a_model_whose_providers_are_excluded_falls_back(live, key, model, lab, provider):
    make_chat_model(lab, slug="lab/spare", upstream="spare")
    answer = ask(live, key, {"only": ["lab"]}, model="lab/spare", fallbacks=["lab/talker"])
    assert answer.json()["model"] == "lab/spare"
    failing = make_chat_model(lab, slug="lab/failing", upstream="failing")
    assert failing.slug == "lab/failing"
    other = make_chat_model(
        make_provider("third", "http://127.0.0.1:9/v1"), slug="third/talker", upstream="x"
    )
    answer = ask(
        live, key, {"only": ["lab"]}, model="lab/failing", fallbacks=[other.slug, "lab/talker"], **ONCE
    )
    assert answer.json()["model"] == "lab/talker"
    assert answer.headers["x-polyphony-skipped"] == "third/talker (unsupported_parameter)"


def test_openrouter_is_told_the_rules_without_its_own_name(live, key, provider, transactional_db):
    from core.models import Provider  # noqa: PLC0415 - the registry is not ready at import time

    router = Provider.objects.create(
        slug="openrouter",
        name="OpenRouter",
        wire="openrouter",
        base_url=provider.url,
        internal=True,
        needs_key=False,
    )
    make_chat_model(router, upstream="routed")
    rules = {
        "order": ["openrouter", "azure"],
        "only": ["OpenRouter"],
        "quantizations": ["fp8"],
        "sort": "latency",
    }
    assert ask(live, key, rules).status_code == 200
    sent = provider.requests[0].json["provider"]
    assert sent == {"order": ["azure"], "quantizations": ["fp8"], "sort": "latency"}
    assert ask(live, key, {"only": ["azure"]}).status_code == 200
