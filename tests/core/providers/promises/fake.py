"""The fake of a vendor, targets that lead to it, and calls of the adapter."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from core.contract.errors import PolyphonyError
from core.contract.events import Event
from core.contract.route import Secret, Target
from core.contract.usage import Price
from core.providers import registry
from core.providers.base import AdapterMethod
from tests.core.providers.promises.faults import PATIENT, Broken
from tests.core.providers.promises.vendor import PROVIDER, Case, Vendor
from tests.fakes.provider import Exchange, Provider, Scenario


def answering(case: Case, broken: Broken) -> Scenario:
    """The good answer of a call, handed to what breaks it."""

    async def answer(exchange: Exchange) -> None:
        await broken(exchange, case.call.answer(exchange.seen))

    return answer


def serve(scenario: Callable[[Exchange], Awaitable[None]], folder: Path) -> Provider:
    """A server that answers every request so."""
    bills = folder / "bills.jsonl"
    bills.touch()
    return Provider(lambda name: scenario, bills)


def vendor_target(vendor: Vendor, fake: Provider, **fields: Any) -> Target:
    origin = fake.url.removesuffix("/v1")
    return Target(
        1, PROVIDER, "Fake", vendor.wire, f"{origin}{vendor.path}", vendor.model,
        credential=Secret(lambda: vendor.key), **fields,
    )  # fmt: skip


def target(case: Case, fake: Provider, prices: tuple[Price, ...] = (), **options: Any) -> Target:
    call = case.call
    return vendor_target(
        case.vendor, fake, prices=prices, voice=call.voice, format=call.format,
        options={**PATIENT, **call.options, **options},
    )  # fmt: skip


def method(case: Case) -> AdapterMethod:
    found = registry.method(case.vendor.wire, case.call.task)
    assert found is not None
    return found


async def ask(case: Case, where: Target, folder: Path) -> tuple[list[Event], PolyphonyError | None]:
    """The events, and the error that ended them."""
    events: list[Event] = []
    try:
        async with aclosing(method(case)(where, case.call.request(folder))) as found:
            async for event in found:
                events.append(event)
    except PolyphonyError as error:
        return events, error
    return events, None


def shown(error: BaseException) -> str:
    """All that people may see of an error."""
    fields = getattr(error, "__dict__", {})
    return f"{error!r} {error} {fields} {''.join(traceback.format_exception(error))}"
