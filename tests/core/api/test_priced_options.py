"""Options that providers charge other prices for are priced or refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from core.models import Price
from tests.core.api.chat_helpers import ASK, PRICES, make_chat_model
from tests.core.api.records import settled_record
from tests.fakes import chat as fake
from tests.fakes.provider import Exchange
from tests.fakes.server_sent_events import DONE, events, frame


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"service_tier": "priority"}, "service_tier"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"serviceTier": "priority"}, "service_tier"),
        ({"speed": "fast"}, "service_tier"),
        ({"web_search_options": {}}, "web_search"),
        ({"webSearchOptions": {}}, "web_search"),
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


END = fake.chunk({}, "stop")


def answering(tier: str | None):
    """A provider that says it answered in this tier: whole, or streamed with the usage at the end."""

    async def answer(exchange: Exchange) -> None:
        asked, told = exchange.seen.json, {"service_tier": tier} if tier else {}
        if asked.get("stream"):
            chunks = [{**one, "service_tier": "auto"} for one in (fake.chunk({"content": "Hi"}), END)]
            last = {"choices": [], "usage": fake.USAGE, **told}
            await events([*map(frame, (*chunks, last)), DONE])(exchange)
        else:
            await exchange.reply(200, json.dumps({**fake.whole(asked), **told}).encode())

    return answer


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("asked", "told", "cost"),
    [
        ("priority", "priority", Decimal(22)),
        ("priority", "default", 12 * Decimal(PRICES["text_in"]) + 10 * Decimal(PRICES["text_out"])),
        ("priority", "unheard-of", Decimal(22)),
        ("auto", "priority", Decimal(22)),
    ],
)
def test_the_tier_that_was_used_is_charged(live, key, lab, provider, asked, told, cost, streamed):
    endpoint = make_chat_model(lab, upstream="tiers").endpoints.get()
    condition = {"service_tier": "priority"}
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=1, condition=condition)
    provider.script("tiers", answering(told))
    answer = live.post("/chat/completions", key, json={**ASK, "service_tier": asked, "stream": streamed})
    assert answer.status_code == 200
    assert settled_record("completed").cost == cost
