"""The provider's billing log compared with our attempts, over real HTTP."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

from core import ledger
from core.contract.audio import AudioFormat
from core.contract.errors import PolyphonyError
from core.contract.events import AudioChunk, Outcome
from core.contract.route import Policy, Route
from core.contract.speech import SpeechRequest
from core.models import Attempt, Budget, UsageRecord
from core.providers import registry
from core.routing.health import Health
from core.routing.run import run as route_request
from tests.core.ledger.conftest import PER_CHARACTER, budget_sums, run, target
from tests.fakes.fixtures import provider as provider
from tests.fakes.scenarios import speech, status

QUICK = Policy(retries=1, backoff=0.001, max_wait=0.05, deadline=5.0)


async def ask(grant, where, text: str, leave_after: int | None = None) -> Outcome:
    """One request as the gateway makes it; its caller may leave after some chunks."""
    request = SpeechRequest("author/voice", text, format=AudioFormat.PCM)
    record = ledger.open(grant, request, Route("author/voice", (where,), QUICK))
    outcome, error, chunks = Outcome.STOPPED, None, 0
    try:
        async with aclosing(route_request(record.route, request, record, Health())) as events:
            async for event in events:
                record.note(event)
                chunks += isinstance(event, AudioChunk)
                if chunks == leave_after:
                    break
            else:
                outcome = Outcome.COMPLETED
    except PolyphonyError as failure:
        outcome, error = record.outcome_of(failure), failure
    return (await record.settle(outcome, error)).outcome


def test_ledger_equals_the_billing_log(grant, alice, provider):
    provider.script("resets", speech(then="reset"))
    provider.script("drops", speech(then="drop"))
    provider.script("slow", speech(delay=0.03))
    provider.script("down", status(500))
    provider.script("recovers", status(500), speech())
    budget = Budget.objects.create(user=alice, limit=100)
    allowed = grant(budget)
    plan = [("ok", None), ("resets", None), ("drops", None), ("down", None), ("recovers", None)]
    plan += [("slow", chunks) for chunks in range(1, 5)]

    def where(model: str):
        return replace(target(PER_CHARACTER), base_url=provider.url, model=model, format=AudioFormat.PCM)

    async def everything():
        try:
            return await asyncio.gather(
                *(
                    ask(allowed, where(model), "x" * (20 + number), leave)
                    for number, (model, leave) in enumerate(plan)
                )
            )
        finally:
            await registry.close()

    outcomes = run(everything())
    assert outcomes == [
        Outcome.COMPLETED,
        Outcome.PARTIAL,
        Outcome.PARTIAL,
        Outcome.FAILED,
        Outcome.COMPLETED,
        *[Outcome.STOPPED] * 4,
    ]
    assert Attempt.objects.count() == len(provider.requests) == len(plan) + 2
    billed = sorted((bill["model"], bill["characters"] * Decimal("0.01")) for bill in provider.bills)
    booked = Attempt.objects.exclude(state="released").values_list("model", "cost")
    assert sorted(booked) == billed
    assert budget_sums(budget) == (sum(cost for _, cost in billed), 0)
    assert not UsageRecord.objects.filter(state="open").exists()
