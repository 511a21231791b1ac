"""OpenRouter's `provider`: which endpoints of a model are asked, and in which order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.ledger.statistics import EndpointHistory
from core.models import Attempt, Endpoint, Price
from core.routing import choose, statistics
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


@pytest.fixture
def books(monkeypatch):
    """Writes attempts of endpoints, in ms to the first content and tokens of a second, and reads them."""
    monkeypatch.setattr(choose, "EXPLORED", 0.0)

    def write(measured: dict[Endpoint, tuple[int, int]]) -> None:
        for endpoint, (latency, tokens) in measured.items():
            Attempt.objects.create(
                record="gen-before", number=endpoint.pk, endpoint_id=endpoint.pk, provider="lab", model="m",
                state="settled", outcome="completed", started_at=timezone.now(), first_event_ms=latency,
                duration_ms=1000, units={"text_out.token": tokens},
            )  # fmt: skip
        EndpointHistory().refresh()

    yield write
    statistics.replace({})


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


def test_sorting_uses_the_numbers_that_are_shown(live, key, model, books):
    here, there = model.endpoints.order_by("priority")
    books({here: (300, 80), there: (100, 20)})
    shown = live.get("/models/lab/talker/endpoints", key).json()["data"]["endpoints"]
    found = [(one["latency_last_1d"]["p50"], one["throughput_last_1d"]["p50"]) for one in shown]
    assert found == [(300, 80), (100, 20)]
    answers = [ask(live, key, {"sort": by}) for by in ("latency", "throughput")]
    assert [answer.headers["x-polyphony-provider"] for answer in answers] == ["Other", "Lab"]
    first_of_order = ask(live, key, {"sort": "latency", "order": ["lab"]})
    assert first_of_order.headers["x-polyphony-provider"] == "Lab"


def test_a_balancer_asks_the_model_that_has_been_fastest(live, key, lab, model, books):
    """Its fastest endpoint counts, and is the one that is asked."""
    rival = make_chat_model(lab, slug="lab/rival", upstream="rival")
    balancer = {"type": "latency_based", "models": ["lab/rival", "lab/talker"]}
    here, there = model.endpoints.order_by("priority")
    books({here: (300, 80), there: (100, 20), rival.endpoints.get(): (200, 20)})
    answer = ask(live, key, {}, load_balancer=balancer)
    assert (answer.json()["model"], answer.headers["x-polyphony-provider"]) == ("lab/talker", "Other")
