"""Rows of usage records and attempts, in the column order of `store.statements`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import orjson

from core.contract.errors import PolyphonyError
from core.contract.events import AttemptNote, AudioConverted, Outcome, Receipt
from core.contract.requests import Request
from core.contract.route import Route, SkippedModel, Target
from core.contract.usage import Amount, Price
from core.ledger.bill import Bill
from core.ledger.budgets import Payer
from core.ledger.metering import Meter
from core.ledger.store import heartbeat
from core.ledger.store.batch import Row
from core.ledger.store.statements import sql_time
from core.models.money import to_steps

LARGEST = 2**63 - 1


def new_record(
    id: str,
    payer: Payer,
    request: Request,
    route: Route,
    estimate: int | None,
    cached_from: str | None = None,
) -> Row:
    """An open record; `estimate` is in steps, None where a target has no price."""
    caller = payer.caller
    return (
        id,
        caller.user_id,
        payer.team_id,
        caller.key_id,
        str(caller.source),
        str(request.task),
        route.model[:160],
        request.streamed,
        None if estimate is None else min(estimate, LARGEST),
        orjson.dumps(payer.budgets).decode(),
        sql_time(datetime.now(UTC)),
        heartbeat.token(),
        (route.targets[0].voice or "")[:120] or None,  # the same at every target
        cached_from,
        skipped_models(route.skipped),
    )


def skipped_models(found: Iterable[SkippedModel]) -> str | None:
    """The JSON of the column; None where every model could be asked."""
    rows = [skipped_model(one) for one in found]
    return orjson.dumps(rows).decode() if rows else None


def skipped_model(one: SkippedModel) -> dict[str, str]:
    provider = {"provider": storable(one.provider)[:120]} if one.provider else {}
    return {"model": one.model[:160], **provider, "code": one.code[:60], "reason": storable(one.reason)[:300]}


def storable(text: str) -> str:
    """Without what a database refuses or a page does not show: a reason may quote the request."""
    return "".join(filter(str.isprintable, text))


def answering_model(id: str, route: Route) -> Row:
    """The columns of `statements.CHANGE_MODEL`."""
    return route.model[:160], (route.targets[0].voice or "")[:120] or None, id


def changed_skipped(id: str, found: Iterable[SkippedModel]) -> Row:
    """The columns of `statements.CHANGE_SKIPPED`."""
    return skipped_models(found), id


def new_attempt(id: str, number: int, target: Target) -> Row:
    """An open attempt of the record `id`, with a copy of the target's prices."""
    prices = orjson.dumps([price_fields(price) for price in target.prices]).decode()
    now = sql_time(datetime.now(UTC))
    return id, number, target.endpoint_id, target.provider[:60], target.model[:200], prices, now


def closed_attempt(
    id: str,
    note: AttemptNote,
    bill: Bill,
    error: PolyphonyError | None,
    meter: Meter,
) -> Row:
    """A closed attempt; its reason also counts what could not be read of the answer."""
    left_out = f"unreadable:{meter.unreadable}" if meter.unreadable else ""
    return (
        *bill_columns(bill, note.outcome),
        note.status,
        note.first_event_ms,
        # the error's code, not its message: providers quote the input in theirs
        " ".join(filter(None, (error.provider_code[:200] if error else "", left_out))),
        note.duration_ms,
        *answer_columns(meter, error),
        id,
        note.number,
    )


def answer_columns(meter: Meter, error: PolyphonyError | None) -> Row:
    """The columns of `statements.ANSWER`; an error may have come with the provider's word for the end."""
    finish = meter.finish or ("error" if error else "")
    native = str(error.metadata.get("native_finish_reason") or "") if error else ""
    native = native or meter.native_finish
    return meter.upstream_id[:200] or None, finish[:40] or None, native[:80] or None


def settled_record(receipt: Receipt, bill: Bill, error: PolyphonyError | None) -> Row:
    return (
        *bill_columns(bill, receipt.outcome),
        error.status if error else 200 if receipt.outcome is Outcome.COMPLETED else None,
        receipt.first_event_ms,
        receipt.provider[:60],
        error.provider_code[:60] if error else "",
        receipt.format.removesuffix("_json"),  # the column fits the names of audio formats
        receipt.total_ms,
        conversions(receipt.conversions),
        receipt.id,
    )


def conversions(found: Iterable[AudioConverted]) -> str | None:
    """The JSON of the column; None where no audio was converted."""
    rows = [{"direction": one.direction, "from": one.source, "to": one.target} for one in found]
    return orjson.dumps(rows).decode() if rows else None


def bill_columns(bill: Bill, outcome: Outcome) -> Row:
    """The columns that attempts and records share, in the order of `statements.BILL`."""
    return (
        str(bill.state),
        str(outcome),
        units(bill.amounts),
        steps(bill.computed),
        steps(bill.reported),
        steps(bill.cost),
        str(bill.basis),
    )


def steps(amount: Decimal | None) -> int | None:
    """Money in steps, at most what its column holds."""
    return None if amount is None else min(to_steps(amount), LARGEST)


def units(amounts: Iterable[Amount]) -> str:
    """Quantities as the JSON of their column: whole where they are whole, else to the microunit."""
    return orjson.dumps({amount.name: json_number(amount.quantity) for amount in amounts}).decode()


def json_number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else round(float(quantity), 6)


def price_fields(price: Price) -> dict[str, object]:
    """A price in the attempt's column `prices`: `id`, `name`, `usd_per_unit`, `condition` if any."""
    line = {"id": price.id, "name": price.name, "usd_per_unit": format(price.usd_per_unit, "f")}
    return {**line, "condition": dict(price.condition)} if price.condition else line
