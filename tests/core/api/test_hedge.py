"""A second endpoint beside a late one, over real HTTP: who answers, who is closed, what both are billed."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.contract.audio import AudioFormat
from core.models import Attempt, Budget, Endpoint, Price, Provider, UsageRecord
from tests.core.api.chat_helpers import ASK, PRICES, chunks, make_chat_model, text
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.records import settled_record
from tests.core.api.test_leaving import counts, hang, leave
from tests.fakes import chat as fake
from tests.fakes import scenarios
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import TEXT, chat
from tests.fakes.provider import Exchange, Scenario
from tests.fakes.server_sent_events import DONE, frame

ONCE = {"retry": {"count": 1, "on_codes": [418]}}
"""No status is tried again."""
COST = Decimal("0.00112")
"""What the fakes' answers cost."""


def late(seconds: float, then: Scenario) -> Scenario:
    """Bills the request when it comes, and answers after a while as `then` does."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await asyncio.sleep(seconds)
        exchange.bill = lambda: None  # type: ignore[method-assign]
        await then(exchange)

    return answer


@pytest.fixture
def road(lab, provider, other_provider):
    """`lab/talker` at two endpoints, `first` and `second`, each at a provider of its own."""
    model = make_chat_model(lab, upstream="first")
    model.endpoints.update(priority=1)
    other = make_provider("other", other_provider.url)
    endpoint = Endpoint.objects.create(model=model, provider=other, upstream_id="second", priority=2)
    for kind, price in PRICES.items():
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
    other_provider.script("second", chat())

    def script(first: Scenario, second: Scenario | None = None) -> None:
        provider.script("first", first)
        if second is not None:
            other_provider.script("second", second)

    return script


def ask(live, key, hedge: Any = 100, stream: bool = True, **fields: Any) -> httpx.Response:
    provider = {"hedge": hedge, **fields.pop("provider", {})}
    return live.post(
        "/chat/completions", key, json={**ASK, "stream": stream, "provider": provider, **ONCE, **fields}
    )


def attempts() -> list[tuple[int, str, str]]:
    found = Attempt.objects.order_by("number")
    return [(one.number, one.model, one.outcome) for one in found]


def check_books(provider, other_provider, sent: int) -> UsageRecord:
    """Each call that the providers billed is in the books, and the request costs the sum of its attempts."""
    record = UsageRecord.objects.get()
    found = list(Attempt.objects.order_by("number"))
    assert len(provider.bills) + len(other_provider.bills) == sent
    assert len([one for one in found if one.cost]) == sent
    assert record.cost == sum((one.cost for one in found), Decimal(0))
    assert {record.state, *(one.state for one in found)}.isdisjoint({"open"})
    return record


@pytest.mark.parametrize("stream", [True, False])
def test_the_second_answers_where_the_first_is_slow(live, key, road, provider, other_provider, stream):
    road(hang)
    answer = ask(live, key, stream=stream)
    if stream:
        assert text(chunks(answer.text)) == TEXT
    else:
        assert answer.json()["choices"][0]["message"]["content"] == TEXT
    assert answer.headers["x-polyphony-provider"] == "Other"
    assert answer.headers["x-polyphony-attempts"] == "2"
    assert provider.requests[0].left.wait(5)
    assert attempts() == [(1, "first", "overtaken"), (2, "second", "completed")]
    record = check_books(provider, other_provider, 2)
    assert (record.outcome, record.provider) == ("completed", "other")
    assert Attempt.objects.get(number=2).cost == COST


def test_the_first_wins_where_the_second_is_slower(live, key, road, provider, other_provider):
    road(late(0.4, chat()), hang)
    answer = ask(live, key)
    assert (text(chunks(answer.text)), answer.headers["x-polyphony-provider"]) == (TEXT, "Lab")
    assert answer.headers["x-polyphony-attempts"] == "2"
    assert other_provider.requests[0].left.wait(5)
    assert attempts() == [(1, "first", "completed"), (2, "second", "overtaken")]
    assert check_books(provider, other_provider, 2).provider == "lab"


def test_a_first_that_is_in_time_is_asked_alone(live, key, road, provider, other_provider):
    road(chat())
    answer = ask(live, key, hedge=10_000)
    assert (answer.headers["x-polyphony-attempts"], other_provider.requests) == ("1", [])
    assert attempts() == [(1, "first", "completed")]
    assert check_books(provider, other_provider, 1).cost == COST


def test_after_the_first_content_nobody_else_is_asked(live, key, road, provider, other_provider):
    road(chat(delay=0.1))
    assert text(chunks(ask(live, key, hedge=300).text)) == TEXT
    assert other_provider.requests == []
    check_books(provider, other_provider, 1)


def test_the_second_may_fail(live, key, road, provider, other_provider):
    road(late(0.6, chat()), scenarios.status(500))
    answer = ask(live, key)
    assert (text(chunks(answer.text)), answer.headers["x-polyphony-provider"]) == (TEXT, "Lab")
    assert attempts() == [(1, "first", "completed"), (2, "second", "failed")]
    check_books(provider, other_provider, 1)


def test_the_first_may_fail_while_the_second_works(live, key, road, provider, other_provider):
    road(late(0.4, scenarios.status(500)), late(0.8, chat()))
    provider.bill_file.write_text("")
    answer = ask(live, key)
    assert (text(chunks(answer.text)), answer.headers["x-polyphony-provider"]) == (TEXT, "Other")
    assert attempts() == [(1, "first", "failed"), (2, "second", "completed")]
    assert UsageRecord.objects.get().cost == COST


def test_both_may_fail(live, key, road):
    road(late(1.0, scenarios.status(500)), scenarios.status(429))
    error = ask(live, key, stream=False).json()["error"]
    providers = [one["provider"] for one in error["metadata"]["previous_errors"]]
    assert (error["code"], providers[0]) == (429, "Other")
    assert UsageRecord.objects.get().cost == 0


def test_one_hedge_a_request(live, key, lab, road, provider, other_provider):
    make_chat_model(lab, slug="lab/spare", upstream="spare")
    road(late(0.3, scenarios.status(500)), scenarios.status(500))
    answer = ask(live, key, fallbacks=["lab/spare"])
    assert text(chunks(answer.text)) == TEXT
    found = [seen.json["model"] for seen in (*provider.requests, *other_provider.requests)]
    assert found.count("spare") == 1
    assert Attempt.objects.filter(outcome="completed").get().model == "spare"
    numbers = sorted(Attempt.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_client_that_leaves_ends_both(live, key, road, provider, other_provider):
    road(hang, hang)
    leave(live, key, "/chat/completions", {**ASK, "stream": True, "provider": {"hedge": 100}})
    record = settled_record("stopped")
    assert all(one.requests[0].left.wait(5) for one in (provider, other_provider))
    assert attempts() == [(1, "first", "stopped"), (2, "second", "stopped")]
    assert check_books(provider, other_provider, 2) == record


def test_a_budget_for_one_pays_for_one(live, key, road, provider, other_provider, alice):
    budget = Budget.objects.create(user=alice, limit="0.15")
    road(late(0.6, chat()))
    live.refresh()
    answer = ask(live, key, max_tokens=1000)
    assert text(chunks(answer.text)) == TEXT
    assert (other_provider.requests, attempts()) == ([], [(1, "first", "completed")])
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, check_books(provider, other_provider, 1).cost)


def test_a_budget_reserves_for_both_and_releases_both(live, key, road, provider, other_provider, alice):
    budget = Budget.objects.create(user=alice, limit="0.5")
    road(hang)
    live.refresh()
    assert text(chunks(ask(live, key, max_tokens=1000).text)) == TEXT
    record = check_books(provider, other_provider, 2)
    budget.refresh_from_db()
    assert (budget.reserved, budget.spent) == (0, record.cost)
    assert record.estimate > Decimal("0.2")


@pytest.mark.parametrize(
    "fields", [{"hedge": False}, {"hedge": None}, {"hedge": 100, "provider": {"allow_fallbacks": False}}]
)
def test_who_does_not_ask_for_it_gets_none(live, key, road, provider, other_provider, fields):
    road(late(0.4, chat()))
    assert text(chunks(ask(live, key, **fields).text)) == TEXT
    assert other_provider.requests == []


@pytest.mark.parametrize("hedge", [0, -5, 600_001, "soon", [1]])
def test_what_is_no_time_is_refused(live, key, road, provider, hedge):
    answer = ask(live, key, hedge=hedge)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "provider.hedge")
    assert provider.requests == []


def test_the_generation_lists_both(live, key, road):
    road(hang)
    answer = ask(live, key)
    found = live.get(f"/generation?id={answer.headers['x-generation-id']}", key).json()["data"]
    assert [(one["provider_name"], one["outcome"]) for one in found["provider_responses"]] == [
        ("Lab", "overtaken"),
        ("Other", "completed"),
    ]


def test_both_may_be_slow(live, key, road, provider, other_provider):
    road(late(0.8, chat()), late(0.5, chat()))
    answer = ask(live, key)
    assert (text(chunks(answer.text)), answer.headers["x-polyphony-provider"]) == (TEXT, "Other")
    assert attempts() == [(1, "first", "overtaken"), (2, "second", "completed")]
    check_books(provider, other_provider, 2)


def test_speech_is_hedged_too(live, key, lab, provider, other_provider):
    model = make_model(lab, "lab/alto", upstream="first")
    model.endpoints.update(priority=1)
    other = make_provider("other", other_provider.url)
    Endpoint.objects.create(model=model, provider=other, upstream_id="ok", priority=2)
    provider.script("first", hang)
    body = {"model": "lab/alto", "input": "Hello", "voice": "ada", "response_format": "mp3"}
    answer = live.post("/audio/speech", key, json={**body, "provider": {"hedge": 100}})
    assert (answer.status_code, answer.headers["x-polyphony-provider"]) == (200, "Other")
    assert answer.content == audio_bytes(AudioFormat.MP3)
    assert attempts() == [(1, "first", "overtaken"), (2, "ok", "completed")]


def test_the_usage_that_a_loser_tells_afterwards_is_its_bill(live, key, road, provider, other_provider):
    Provider.objects.filter(slug="lab").update(options={"drain_seconds": 10})
    live.refresh()
    answered = threading.Event()

    async def overtaken(exchange: Exchange) -> None:
        await exchange.head(content_type="text/event-stream")
        await exchange.chunk(frame(fake.chunk({"role": "assistant"})))
        await asyncio.to_thread(answered.wait)
        await exchange.chunk(frame({**fake.chunk({}, "stop"), **counts(9, 30)}) + DONE)
        await exchange.silence()

    road(overtaken)
    assert text(chunks(ask(live, key).text)) == TEXT
    answered.set()
    record = settled_record("completed")
    loser, winner = Attempt.objects.order_by("number")
    assert (loser.outcome, loser.state, loser.basis) == ("overtaken", "settled", "computed")
    assert loser.units == {"text_in.token": 9, "text_out.token": 30}
    assert (winner.outcome, record.cost) == ("completed", loser.cost + winner.cost)
