"""Every fault, before and after the first byte: one error of the tree, the ledger exact to the cent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, aclosing
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from core import ledger
from core.contract.errors import PolyphonyError
from core.contract.events import (
    AudioChunk,
    ChatDelta,
    Event,
    ImageReady,
    Outcome,
    Receipt,
    TranscriptDelta,
    Used,
)
from core.contract.route import Policy, Route, Target
from core.contract.usage import Kind, Price, Unit
from core.models import Attempt, Budget, UsageRecord
from core.providers import registry
from core.routing.health import Health
from core.routing.run import run as route_request
from tests.core.ledger.conftest import budget_sums
from tests.core.providers.promises.fake import answering, ask, serve, shown, target
from tests.core.providers.promises.faults import FAULTS, Fault, good
from tests.core.providers.promises.vendor import Case
from tests.core.providers.promises.vendors import each_case
from tests.fakes.provider import Exchange, Provider, Scenario

ONCE = Policy(retries=0, deadline=30.0)
PRICE = Decimal("0.01")
REFUSALS = (400, 401, 402, 403, 404, 413, 422, 429, 500, 503)


def content(events: list[Event]) -> tuple[bytes, str]:
    sound = b"".join(event.data for event in events if isinstance(event, AudioChunk | ImageReady))
    return sound, "".join(event.text for event in events if isinstance(event, ChatDelta | TranscriptDelta))


def is_whole(case: Case, fault) -> bool:
    """Whether nothing in the answer tells that it was cut."""
    return fault.clean and not case.call.ends


async def whole_content(case: Case, folder: Path) -> tuple[bytes, str]:
    """That of the good answer."""
    with serve(answering(case, good), folder) as fake:
        events, _ = await ask(case, target(case, fake), folder)
    return content(events)


@pytest.mark.anyio
@each_case
async def test_a_fault_is_one_error_after_what_came_and_never_retried(case, tmp_path, caplog):
    """All faults at once, because some of them are waited for."""
    caplog.set_level(logging.DEBUG)
    whole = await whole_content(case, tmp_path)
    checks = (check(case, fault, whole, new_folder(tmp_path, fault)) for fault in FAULTS)
    found = await asyncio.gather(*checks, return_exceptions=True)
    failures = [named(error, fault) for error, fault in zip(found, FAULTS, strict=True) if error]
    if failures:
        raise BaseExceptionGroup(str(case), failures)
    assert case.vendor.key not in caplog.text


def new_folder(inside: Path, fault: Fault) -> Path:
    (inside / fault.name).mkdir()
    return inside / fault.name


def named(error: BaseException, fault: Fault) -> BaseException:
    error.add_note(f"at the fault {fault}")
    return error


async def check(case: Case, fault: Fault, whole: tuple[bytes, str], folder: Path) -> None:
    """What came before a fault, and the one error after it."""
    came, error = await met(case, fault, folder)
    (all_sound, all_text), (sound, text) = whole, content(came)
    if case.call.ends or not fault.junk:
        assert (all_sound[: len(sound)], all_text[: len(text)]) == (sound, text)
        assert fault.after or (sound, text) == (b"", "")
    if is_whole(case, fault):
        assert (error, type(came[-1])) == (None, Used)
        return
    assert type(error) in fault.kinds
    assert case.vendor.key not in shown(error)
    assert (error.__cause__, error.__context__) == (None, None)
    assert not any(isinstance(event, Used) for event in came)


async def met(case: Case, fault: Fault, folder: Path) -> tuple[list[Event], PolyphonyError | None]:
    """The events and the error of a request, which was sent once."""
    for patience in (1, 5, 25):
        waits = {name: seconds * patience for name, seconds in fault.waits.items()}
        with serve(answering(case, fault.answer), folder) as fake:
            came, error = await ask(case, target(case, fake, **waits), folder)
            if not fake.requests and patience < 25:
                continue  # a busy machine had not sent it when the short wait of a silent vendor was over
            assert (len(fake.requests), fake.canary_hits) == (1, 0)
            assert await asyncio.to_thread(fake.requests[0].over.wait, 10)
            return came, error
    raise AssertionError("it was never sent")


def prices(case: Case) -> tuple[Price, ...]:
    """A cent for each unit of the vendor's bill."""
    names = (name.split(".") for name in case.call.units)
    return tuple(Price(Kind(kind), Unit(unit), PRICE, id=at + 1) for at, (kind, unit) in enumerate(names))


def whole_cost(case: Case) -> Decimal:
    if case.call.reported is not None:
        return Decimal(case.call.reported)
    return sum((Decimal(units) for units in case.call.units.values()), Decimal(0)) * PRICE


class Books(NamedTuple):
    """What the receipt, the record and its only attempt say of a request, and the vendor's own log."""

    outcome: Outcome
    state: str
    cost: Decimal
    agree: bool
    billed: bool


async def run(case: Case, where: Target, allowed, folder: Path) -> Receipt:
    """One request as the gateway makes it."""
    request = case.call.request(folder)
    record = ledger.open(allowed, request, Route("author/model", (where,), ONCE))
    outcome, failure = Outcome.COMPLETED, None
    try:
        async with aclosing(route_request(record.route, record.request, record, Health())) as events:
            async for event in events:
                record.note(event)
    except PolyphonyError as error:
        outcome, failure = record.outcome_of(error), error
    receipt = await record.settle(outcome, failure)
    if record.stopped is None:
        return receipt
    await record.read_on(0.0)  # what the vendor would tell afterwards is not asked here
    assert record.receipt is not None
    return record.receipt


def run_all(
    case: Case,
    scenarios: Mapping[str, Scenario],
    allowed,
    folder: Path,
    waits: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> dict[str, Books]:
    """One request against each of these scenarios, all at once; what the books say of each."""

    async def everything(fakes: Sequence[Provider]) -> list[Receipt]:
        targets = [
            target(case, fake, prices(case), **waits.get(name, {}))
            for name, fake in zip(scenarios, fakes, strict=True)
        ]
        try:
            return await asyncio.gather(*(run(case, where, allowed, folder) for where in targets))
        finally:
            await registry.close()

    with ExitStack() as stack:
        fakes = []
        for name, scenario in scenarios.items():
            (folder / name).mkdir()
            fakes.append(stack.enter_context(serve(scenario, folder / name)))
        receipts = asyncio.run(everything(fakes))
        return {
            name: books_of(receipt, billed=bool(fake.bills))
            for name, receipt, fake in zip(scenarios, receipts, fakes, strict=True)
        }


def books_of(receipt: Receipt, *, billed: bool) -> Books:
    attempt, record = Attempt.objects.get(record=receipt.id), UsageRecord.objects.get(public_id=receipt.id)
    agree = attempt.cost == record.cost == receipt.cost
    return Books(receipt.outcome, attempt.state, attempt.cost, agree, billed)


@each_case
def test_the_ledger_is_exact_whatever_fails(case, grant, alice, tmp_path):
    budget = Budget.objects.create(user=alice, limit=100_000)
    scenarios = {fault.name: answering(case, fault.answer) for fault in FAULTS}
    scenarios["good"] = answering(case, good)
    waits = {fault.name: fault.waits for fault in FAULTS}
    books = run_all(case, scenarios, grant(budget), tmp_path, waits)
    assert {name for name, found in books.items() if not found.agree or found.state == "open"} == set()
    assert budget_sums(budget) == (sum(found.cost for found in books.values()), 0)
    whole = {fault.name for fault in FAULTS if is_whole(case, fault)} | {"good"}
    assert {name for name, found in books.items() if found.outcome is Outcome.COMPLETED} == whole
    assert (books["good"].state, books["good"].cost) == ("settled", whole_cost(case))
    if case.call.billed_whole:
        billed = {name: found.cost for name, found in books.items() if found.billed}
        assert billed == dict.fromkeys(billed, whole_cost(case))


@each_case
def test_a_refusal_costs_nothing(case, grant, alice, tmp_path):
    budget = Budget.objects.create(user=alice, limit=100_000)
    scenarios = {str(status): refusal(case, status) for status in REFUSALS}
    books = run_all(case, scenarios, grant(budget), tmp_path)
    released = Books(Outcome.FAILED, "released", Decimal(0), agree=True, billed=False)
    assert books == dict.fromkeys(books, released)
    assert budget_sums(budget) == (0, 0)


def refusal(case: Case, status: int) -> Scenario:
    async def refuse(exchange: Exchange) -> None:
        await exchange.reply(status, case.vendor.error_body("No."))

    return refuse
