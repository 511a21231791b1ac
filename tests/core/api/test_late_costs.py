"""Answers whose cost OpenRouter tells only afterwards: callers do not wait, the ledger has the cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.models import Attempt, Budget, Provider
from tests.core.api.conftest import make_model
from tests.core.api.records import settled_record
from tests.core.api.test_leaving import leave_after, make_chat_model
from tests.fakes import openrouter as fake
from tests.fakes.provider import Provider as Fake

CHAT = {"messages": [{"role": "user", "content": "Hello"}], "stream": True}


@pytest.fixture
def router(transactional_db, tmp_path) -> Iterator[Callable[..., Provider]]:
    """`router(cut=3)` adds a provider with OpenRouter's wire that answers so."""
    with ExitStack() as stack:

        def start(**options: Any) -> Provider:
            scenario = fake.answering(key=None, **options)
            server = stack.enter_context(Fake(lambda name: scenario, tmp_path / "bills.jsonl"))
            return Provider.objects.create(
                slug="lab", name="Lab", wire="openrouter", base_url=server.url, internal=True, needs_key=False
            )

        yield start


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_cut_stream_costs_what_is_told_afterwards(live, key, router, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    make_chat_model(router(cut=6, known_at=2), upstream="talker")
    live.refresh()
    began = time.monotonic()
    answer = httpx.post(
        f"{live.api}/chat/completions", headers=headers(key), json={"model": "lab/talker", **CHAT}
    )
    assert '"finish_reason":"error"' in answer.text
    assert time.monotonic() - began < 1.4  # the second question comes after a second and a half
    record = settled_record("partial")
    assert (record.basis, record.cost, record.reported_cost) == (
        "reported", Decimal("0.00175"), Decimal("0.00175"),
    )  # fmt: skip
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.upstream_id, attempt.cost) == ("partial", fake.ID, record.cost)
    assert attempt.units["text_out.token"] == 7
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (record.cost, 0)


def test_a_stopped_stream_costs_what_is_told_afterwards(live, key, router):
    make_chat_model(router(delay=0.05, known_at=1), upstream="talker")
    leave_after(live, key, {}, " quick")
    record = settled_record("stopped")
    assert (record.basis, record.cost) == ("reported", Decimal("0.00175"))


def test_speech_costs_what_is_told_afterwards(live, key, router):
    make_model(router(known_at=1), "lab/alto", upstream="voice", price="0.5")
    live.refresh()
    asked = {"model": "lab/alto", "voice": "ada", "input": "Hello", "response_format": "pcm"}
    answer = httpx.post(f"{live.api}/audio/speech", headers=headers(key), json=asked)
    assert answer.status_code == 200
    record = settled_record("completed")
    assert (record.state, record.basis, record.cost) == ("settled", "reported", Decimal("0.00032"))
    assert (record.computed_cost, record.units["text_in.character"]) == (Decimal("2.5"), 5)
