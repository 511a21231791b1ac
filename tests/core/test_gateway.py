"""The gateway with a real database, the real writer of the ledger and rehearsal providers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection

from core import background
from core.access import keys, snapshot
from core.bodies.chat.collector import ChatCollector
from core.bodies.speech import SpeechCollector
from core.bodies.tasks import COLLECTORS
from core.bodies.transcription.collector import TranscriptCollector
from core.contract.audio import AudioFormat
from core.contract.errors import (
    AuthenticationFailed,
    BudgetExceeded,
    Unavailable,
    UpstreamFailed,
    UpstreamUnreachable,
)
from core.contract.events import AudioChunk, AudioStart, Event, Outcome, Receipt, SpeechWords, Started, Used
from core.contract.requests import Caller, Request, Source
from core.contract.routing import NamedModel, RoutingRules
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, UnknownTask
from core.gateway import Session, collect, health, stream
from core.ledger import reports
from core.models import AIModel, ApiKey, Attempt, Budget, Endpoint, Price, Provider, UsageRecord
from core.models.offload import offload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

TEXT = "one two three four five"
PER_CHARACTER = Decimal("0.000015")
COST = PER_CHARACTER * len(TEXT)


def request(**fields):
    return SpeechRequest(**{"model": "lab/alto", "text": TEXT, "format": AudioFormat.PCM, **fields})


@pytest.fixture
def lab(alice):
    """`await lab()` adds an endpoint of `lab/alto` at a rehearsal provider that plays scenario `part`."""
    model = AIModel.objects.create(slug="lab/alto", name="Alto", tasks=["speech"], formats=["pcm", "wav"])

    def make(part: str, priority: int, options: dict[str, float]) -> None:
        slug = f"lab-{Provider.objects.count()}"
        provider = Provider.objects.create(slug=slug, name=slug, wire="rehearsal", needs_key=False)
        name = f"rehearsal-{part}" if part else "rehearsal"
        endpoint = Endpoint.objects.create(
            model=model, provider=provider, upstream_id=name, priority=priority, options=options
        )
        Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=PER_CHARACTER)
        background.refresh()

    async def add(part: str = "", priority: int = 10, **options: float) -> None:
        await offload(make, part, priority, options)

    return add


@pytest.fixture
async def running(alice):
    health.__init__()  # what earlier tests' targets did is not this test's concern
    await background.start()
    try:
        yield Caller(alice.id, source=Source.PLAYGROUND)
    finally:
        background.state.draining = False
        await background.shutdown()


async def stored() -> tuple[UsageRecord, list[Attempt]]:
    record = await UsageRecord.objects.aget()
    return record, [attempt async for attempt in Attempt.objects.order_by("number")]


async def test_an_answer_is_events_and_a_receipt_and_one_record(lab, running):
    await lab()
    async with aclosing(stream(running, request())) as events:
        seen = [event async for event in events]
    kinds = list(dict.fromkeys(type(event) for event in seen))
    assert (kinds[0], kinds[-2:]) == (Started, [Used, Receipt])
    assert {AudioStart, AudioChunk, SpeechWords} <= set(kinds)
    receipt = seen[-1]
    record, attempts = await stored()
    assert (record.public_id, record.state, record.outcome) == (receipt.id, "settled", "completed")
    assert (record.cost, receipt.cost) == (COST, COST)
    assert [(attempt.number, attempt.outcome, attempt.cost) for attempt in attempts] == [
        (1, "completed", COST)
    ]


async def test_a_collected_answer_is_whole(lab, running):
    await lab()
    answer = await collect(Session(running, request()))
    assert answer.content.shape == AudioStart(AudioFormat.PCM, 24_000, 1)
    assert [word.word for word in answer.content.words] == TEXT.split()
    assert len(answer.content.audio) % 2 == 0
    assert answer.started.model == "rehearsal"
    assert answer.receipt.outcome is Outcome.COMPLETED


async def test_a_failed_endpoint_is_made_good_by_the_next(lab, running):
    await lab("500", priority=1)
    await lab(priority=2)
    answer = await collect(Session(running, request()))
    _record, attempts = await stored()
    outcomes = [attempt.outcome for attempt in attempts]
    assert outcomes == ["failed"] * (len(outcomes) - 1) + ["completed"]
    assert (attempts[-1].provider, answer.receipt.cost) == ("lab-1", COST)


async def test_a_failed_model_is_told_and_made_good_by_the_next(lab, running):
    await lab("500")
    await offload(other_model)
    routing = RoutingRules(fallbacks=(NamedModel("lab/bass", "fallbacks[0].model"),), retries=0)
    async with aclosing(stream(running, request(routing=routing))) as events:
        first, *_, receipt = [event async for event in events]
    assert (first.number, first.provider, first.model) == (1, "lab-0", "lab/alto")
    record, attempts = await stored()
    assert (receipt.model, record.model, record.cost) == ("lab/bass", "lab/bass", COST * 2)
    assert [(note.model, note.outcome) for note in receipt.attempts] == [
        ("rehearsal-500", Outcome.FAILED),
        ("rehearsal", Outcome.COMPLETED),
    ]
    assert [attempt.cost for attempt in attempts] == [0, COST * 2]


def other_model() -> None:
    """`lab/bass` answers, at twice the price."""
    model = AIModel.objects.create(slug="lab/bass", name="Bass", tasks=["speech"], formats=["pcm"])
    provider = Provider.objects.create(slug="bass", name="bass", wire="rehearsal", needs_key=False)
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=PER_CHARACTER * 2)
    background.refresh()


async def test_when_all_fail_nothing_is_owed_and_the_error_is_theirs(lab, running):
    await lab("500")
    with pytest.raises(UpstreamFailed):
        await collect(Session(running, request()))
    record, _attempts = await stored()
    assert (record.state, record.outcome, record.cost) == ("released", "failed", 0)


async def test_a_cut_stream_is_kept_charged_and_raised(lab, running):
    await lab("cut")
    session, chunks = Session(running, request()), []
    with pytest.raises(UpstreamUnreachable):
        await read_audio(session, chunks.append)
    record, attempts = await stored()
    assert len(chunks) == 3
    assert (session.receipt.outcome, record.outcome, record.state) == (
        Outcome.PARTIAL,
        "partial",
        "estimated",
    )
    assert (record.cost, len(attempts)) == (COST, 1)


async def read_audio(session: Session, take: Callable[[bytes], None]) -> None:
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                take(event.data)


def revoke_elsewhere(key: ApiKey) -> None:
    keys.revoke(key)
    snapshot.refresh_if_changed()
    connection.close()


async def leave_after_first_chunk(session: Session) -> None:
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                return


async def test_a_caller_who_leaves_is_settled_as_stopped(lab, running):
    await lab(delay=0.01)
    session = Session(running, request())
    await leave_after_first_chunk(session)
    record, _attempts = await stored()
    assert (record.outcome, record.state, record.cost) == ("stopped", "estimated", COST)


@pytest.mark.parametrize("at_work", [True, False])
async def test_a_shutdown_interrupts_whoever_waits_or_works(lab, running, at_work):
    await lab(delay=0.05)
    session, streaming = Session(running, request()), asyncio.Event()

    async def read() -> None:
        async with aclosing(session.events()) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    streaming.set()
                    await asyncio.sleep(30 if at_work else 0)

    task = background.spawn("reader", read())
    await streaming.wait()
    background.state.draining = True
    await background.cancel(task)
    record, _attempts = await stored()
    assert (record.outcome, record.error) == ("interrupted", "interrupted")


async def test_a_draining_server_takes_no_new_work(lab, running):
    await lab()
    background.state.draining = True
    with pytest.raises(Unavailable) as refused:
        Session(running, request())
    assert refused.value.provider_code == "draining"
    assert await UsageRecord.objects.acount() == 0


async def test_a_revoked_key_ends_its_open_stream(lab, running, alice):
    await lab(delay=0.01)
    _text, key = await offload(keys.issue, alice)
    await offload(background.refresh)
    session = Session(Caller(alice.id, key.id), request())

    def withdraw(_chunk: bytes) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(revoke_elsewhere, key).result()

    with pytest.raises(AuthenticationFailed):
        await read_audio(session, withdraw)
    record, _attempts = await stored()
    assert (record.outcome, record.cost) == ("interrupted", COST)


async def test_a_budget_lets_exactly_its_worth_through(lab, running, alice):
    await lab()
    budget = await Budget.objects.acreate(user=alice, limit=COST * 3)
    await offload(background.refresh)
    answers = await asyncio.gather(
        *(collect(Session(running, request())) for _ in range(10)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, BudgetExceeded)]
    assert (len(answers) - len(refused), len(refused)) == (3, 7)
    await budget.arefresh_from_db()
    assert (budget.spent, budget.reserved) == (COST * 3, 0)
    assert (await offload(reports.usage_report))["records"] == 3


async def test_each_task_is_collected_by_its_own_collector(running):
    assert COLLECTORS[Task.SPEECH] is SpeechCollector
    assert COLLECTORS[Task.TRANSCRIPTION] is COLLECTORS[Task.TRANSLATION] is TranscriptCollector
    assert COLLECTORS[Task.CHAT] is ChatCollector


async def test_a_task_without_a_collector_is_not_collected_by_anothers(lab, running, monkeypatch):
    await lab()
    session = Session(running, request())
    monkeypatch.setattr(SpeechRequest, "task", "print")
    with pytest.raises(UnknownTask, match="collectors has no row for the task print"):
        await collect(session)
    assert await UsageRecord.objects.acount() == 0


class PrintCollector:
    """Collects a made-up task: the names of its events."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def note(self, event: Event) -> None:
        self.names.append(type(event).__name__)

    def finish(self, request: Request) -> str:
        return f"{request.task}: {', '.join(self.names)}"


async def test_a_new_task_is_collected_by_its_own_collector_only(monkeypatch):
    async def events():
        yield Started("Lab", "printer", 1)
        yield AudioStart(AudioFormat.PCM, 24_000)
        yield AudioChunk(b"page")

    monkeypatch.setitem(COLLECTORS, "print", PrintCollector)
    session = SimpleNamespace(request=SimpleNamespace(task="print"), events=events, receipt="receipt")
    answer = await collect(session)
    assert (answer.content, answer.started.model, answer.receipt) == (
        "print: Started, AudioStart, AudioChunk",
        "printer",
        "receipt",
    )
