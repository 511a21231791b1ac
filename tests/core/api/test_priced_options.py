"""Options that providers charge other prices for are priced or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.models import Price
from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.records import settled_record


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"service_tier": "priority"}, "service_tier"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"web_search_options": {}}, "web_search"),
        ({"plugins": [{"id": "web"}]}, "web_search"),
        ({"tools": [{"type": "web_search"}]}, "web_search"),
        ({"provider": {"options": {"lab": {"service_tier": "priority"}}}}, "service_tier"),
    ],
)
def test_an_option_without_a_price_is_refused(live, key, lab, provider, asked, param):
    make_chat_model(lab)
    answer = live.post("/chat/completions", key, json={**ASK, **asked})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert provider.requests == []


@pytest.mark.parametrize("asked", [{"service_tier": "auto"}, {"plugins": [{"id": "file-parser"}]}])
def test_an_option_at_the_usual_price_is_relayed(live, key, lab, provider, asked):
    make_chat_model(lab)
    assert live.post("/chat/completions", key, json={**ASK, **asked}).status_code == 200
    assert provider.requests[0].json.items() >= asked.items()


def test_an_option_with_a_price_is_charged_at_it(live, key, lab, provider):
    endpoint = make_chat_model(lab).endpoints.get()
    condition = {"service_tier": "priority"}
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=1, condition=condition)
    answer = live.post("/chat/completions", key, json={**ASK, "service_tier": "priority"})
    assert answer.status_code == 200
    assert settled_record("completed").cost == Decimal(22)
