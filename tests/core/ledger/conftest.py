"""Real tables, the real writer and a spool folder for each test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from core import ledger
from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, Outcome, Receipt, Used
from core.contract.requests import Caller
from core.contract.route import Route, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Price, Unit, Usage
from core.ledger.store import heartbeat, spool, writer
from core.models import Budget, UsageRecord

PER_CHARACTER = Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.01"), id=7)
TEXT = "ten chars."
"""Costs 0.10 at `PER_CHARACTER`."""

ALL = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(10)),))


@dataclass(frozen=True)
class FakeGrant:
    caller: Caller
    team_id: int | None = None
    budgets: tuple[int, ...] = ()


def target(*prices: Price, provider: str = "first", **changes: object) -> Target:
    facts = {"endpoint_id": 1, "provider": provider, "provider_name": provider.title(), "wire": "openai"}
    return Target(**facts, base_url="http://127.0.0.1:9", model="tts-1", prices=prices, **changes)


def open_record(grant: FakeGrant, *targets: Target, text: str = TEXT) -> ledger.Record:
    route = Route("author/voice", targets or (target(PER_CHARACTER),))
    return ledger.open(grant, SpeechRequest("author/voice", text), route)


async def deliver_audio(record: ledger.Record, size: int = 1000) -> None:
    record.first_event()
    record.note(AudioStart(AudioFormat.PCM, 24_000))
    record.note(AudioChunk(b"\0" * size))


async def complete_request(grant: FakeGrant, *targets: Target, text: str = TEXT) -> Receipt:
    """A whole request that goes well."""
    record = open_record(grant, *targets, text=text)
    await record.open(record.route.targets[0])
    await deliver_audio(record)
    used = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(len(text))),))
    record.note(Used(used))
    await record.close(Outcome.COMPLETED, usage=used, error=None)
    return await record.settle(Outcome.COMPLETED, None)


def run(scenario):
    return asyncio.run(scenario)


def budget_sums(budget: Budget) -> tuple[Decimal, Decimal]:
    """Spent and reserved, as stored."""
    budget.refresh_from_db()
    return budget.spent, budget.reserved


def stored_record(public_id: str) -> UsageRecord:
    return UsageRecord.objects.get(public_id=public_id)


@pytest.fixture
def var(settings, tmp_path, monkeypatch):
    settings.VAR = tmp_path
    monkeypatch.setattr(spool, "waiting", False)
    # a pause between two tests is no silence of a server
    monkeypatch.setattr(heartbeat, "current", heartbeat.Process())
    return tmp_path


@pytest.fixture
def ledger_writer(transactional_db, var):
    writer.start()
    yield
    writer.stop()


@pytest.fixture
def grant(ledger_writer, alice) -> Callable[..., FakeGrant]:
    def make(*budgets: Budget, user=alice, key: int | None = None) -> FakeGrant:
        caller = Caller(user.id, key_id=key)
        return FakeGrant(caller, user.team_id, tuple(budget.id for budget in budgets))

    return make
