"""Callers who leave before the first token, and providers that hang up: what was sent is charged."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal

import httpx
import pytest

from core.models import Attempt, Budget, Provider, UsageRecord
from tests.core.api.chat_helpers import ASK, PRICES, make_chat_model
from tests.core.api.records import settled_record
from tests.fakes import chat as fake
from tests.fakes.provider import Exchange
from tests.fakes.server_sent_events import DONE, events, frame
from tests.final_rows import remove

PROMPT = "word " * 20_000
READ = 20_000 * Decimal(PRICES["text_in"])
"""What a provider bills for the prompt at a token per word."""


async def hang(exchange: Exchange) -> None:
    """Bill the request, then never answer."""
    exchange.bill()
    await exchange.silence()


async def reset(exchange: Exchange) -> None:
    exchange.bill()
    exchange.reset()


def leave(live, key: str, path: str, body: dict) -> None:
    """Post `body` and leave once the provider has it."""
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    with pytest.raises(httpx.ReadTimeout):
        live.client.post(f"/api/v1{path}", headers=headers, json=body, timeout=1.0)


def leave_after(live, key: str, asked: dict, last: str) -> None:
    """Stream a chat and leave once a delta with this text has come."""
    live.refresh()
    headers, body = {"Authorization": f"Bearer {key}"}, {**ASK, "stream": True, **asked}
    with live.client.stream("POST", "/api/v1/chat/completions", headers=headers, json=body) as answer:
        assert any(last in line for line in answer.iter_lines())


def test_a_chat_left_before_its_first_token_owes_its_prompt(live, key, lab, provider, alice):
    budget = Budget.objects.create(user=alice, limit=10)
    make_chat_model(lab, upstream="talker")
    provider.script("talker", hang)
    asked = {**ASK, "stream": True, "max_tokens": 10, "messages": [{"role": "user", "content": PROMPT}]}
    leave(live, key, "/chat/completions", asked)
    record = settled_record("stopped")
    assert (record.state, record.basis) == ("estimated", "estimated")
    assert READ <= record.cost <= record.estimate
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (record.cost, 0)


@pytest.fixture
def stop(live, key, lab, provider):
    """Asks for a stream of these frames, leaves after them, and returns the record."""
    make_chat_model(lab, upstream="talker")

    def stopped(*frames: bytes) -> UsageRecord:
        remove(UsageRecord.objects.all())
        messages = {"messages": [{"role": "user", "content": PROMPT}]}
        if frames:
            provider.script("talker", events(frames, then="silence"))
            leave_after(live, key, messages, "brown fox")
        else:
            provider.script("talker", hang)
            leave(live, key, "/chat/completions", {**ASK, "stream": True, **messages})
        return settled_record("stopped")

    return stopped


def word(text: str, **more: object) -> bytes:
    return frame({**fake.chunk({"content": text}), **more})


def counts(prompt: int, completion: int) -> dict:
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def test_leaving_later_never_costs_less(stop):
    """One estimate of the input, whether a token had come or not; the output is what came."""
    before, after = stop(), stop(word("The quick "), word("brown fox"))
    assert (before.basis, after.basis) == ("estimated", "estimated")
    assert before.units["text_in.token"] == after.units["text_in.token"]
    assert READ <= before.cost <= 2 * READ
    assert after.cost - before.cost == 7 * Decimal(PRICES["text_out"])


def test_counts_that_had_come_win_and_the_rest_is_estimated(stop):
    told = stop(word("The quick ", **counts(20_007, 2)), word("brown fox", **counts(20_007, 4)))
    assert (told.units["text_in.token"], told.units["text_out.token"]) == (20_007, 4)
    more = stop(word("The quick ", **counts(20_007, 2)), word("brown fox"))
    assert (more.units["text_in.token"], more.units["text_out.token"]) == (20_007, 2 + 3)
    assert {told.basis, more.basis} == {"estimated"}


@pytest.fixture
def drained(live, key, lab, provider):
    """Leaves a stream after its first word at a provider that is read on for so many seconds; then the
    provider sends these frames."""
    make_chat_model(lab, upstream="talker")

    def stopped(seconds: float, *frames: bytes) -> UsageRecord:
        Provider.objects.update(options={"drain_seconds": seconds})
        left = threading.Event()

        async def answer(exchange: Exchange) -> None:
            await exchange.head(content_type="text/event-stream")
            await exchange.chunk(word("The quick "))
            await asyncio.to_thread(left.wait)
            for piece in frames:
                await exchange.chunk(piece)
            await exchange.silence()

        provider.script("talker", answer)
        leave_after(live, key, {}, "The quick")
        left.set()
        return settled_record("stopped")

    return stopped


def test_a_stopped_stream_is_read_on_for_its_usage(drained):
    last = frame({**fake.chunk({}, "stop"), **counts(9, 30)})
    record = drained(10, word("brown fox"), last, DONE)
    assert (record.units, record.basis) == ({"text_in.token": 9, "text_out.token": 30}, "computed")
    assert record.state == "settled"
    assert Attempt.objects.get().outcome == "stopped"


def test_a_stream_that_tells_nothing_soon_is_estimated_with_what_came(drained, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record = drained(0.3, word("brown fox"))
    assert (record.units["text_out.token"], record.basis) == (7, "estimated")
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (record.cost, 0)


def test_no_more_streams_are_read_on_than_bounded(drained, monkeypatch):
    monkeypatch.setattr("core.gateway.MOST_REMAINDERS", 0)
    record = drained(10)
    assert (record.units["text_out.token"], record.basis) == (4, "estimated")


def test_speech_left_before_its_first_byte_owes_its_text(live, key, model, provider):
    provider.script("ok", hang)
    leave(live, key, "/audio/speech", {"model": "lab/alto", "input": "one two three", "voice": "ada"})
    record = settled_record("stopped")
    assert (record.state, record.cost) == ("estimated", 13 * Decimal("0.00001"))


def test_a_reset_before_the_headers_owes_each_attempt(live, key, lab, provider, alice):
    budget = Budget.objects.create(user=alice, limit=10)
    make_chat_model(lab, upstream="talker")
    provider.script("talker", reset)
    asked = {**ASK, "max_tokens": 10, "messages": [{"role": "user", "content": PROMPT}]}
    assert live.post("/chat/completions", key, json=asked).status_code == 502
    record, attempts = settled_record("failed"), Attempt.objects.order_by("number")
    assert [attempt.state for attempt in attempts] == ["estimated"] * 2
    assert all(attempt.cost >= READ for attempt in attempts)
    assert record.cost == sum(attempt.cost for attempt in attempts)
    assert len(provider.bills) == 2
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (record.cost, 0)


def test_a_retry_is_refused_where_both_attempts_do_not_fit(live, key, lab, provider, alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("1.2"))
    make_chat_model(lab, upstream="talker")
    provider.script("talker", reset)
    asked = {**ASK, "max_tokens": 10, "messages": [{"role": "user", "content": PROMPT}]}
    assert live.post("/chat/completions", key, json=asked).status_code == 402
    assert len(provider.bills) == Attempt.objects.count() == 1
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (Attempt.objects.get().cost, 0)
    assert budget.spent <= budget.limit


def test_a_provider_that_refuses_or_was_not_reached_is_owed_nothing(live, key, lab, provider):
    make_chat_model(lab, upstream="limited")
    live.post("/chat/completions", key, json=ASK)
    assert settled_record("failed").cost == 0
    lab.base_url = "http://127.0.0.1:9/v1"
    lab.save()
    live.post("/chat/completions", key, json=ASK)
    assert set(Attempt.objects.values_list("cost", flat=True)) == {0}
