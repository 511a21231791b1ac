"""Receipts as JSON: money as a float in USD, durations in milliseconds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.contract.events import AttemptNote, AudioConverted, Receipt
from core.contract.route import SkippedModel
from core.contract.usage import Amount

CURRENCY = "USD"


def receipt_fields(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the socket sends it and as the row of the run stores it."""
    return {
        "id": receipt.id,
        "outcome": receipt.outcome.value,
        "model": receipt.model,
        "then": receipt.then,
        "provider": receipt.provider,
        "cached_from": receipt.cached_from,
        "format": receipt.format,
        "voice": receipt.voice,
        "changed": {name: str(value) for name, value in receipt.changed.items() if value},
        **cost_fields(receipt),
        "first_event_ms": receipt.first_event_ms,
        "total_ms": receipt.total_ms,
        "conversions": [conversion_fields(conversion) for conversion in receipt.conversions],
        "attempts": [attempt_fields(note) for note in receipt.attempts],
        "skipped": [skipped_fields(one) for one in receipt.skipped],
    }


def cost_fields(receipt: Receipt) -> dict[str, Any]:
    return {
        "units": {amount.name: quantity(amount) for amount in receipt.amounts},
        "cost": money(receipt.cost),
        "currency": CURRENCY,
        "basis": receipt.basis.value,
    }


def conversion_fields(conversion: AudioConverted) -> dict[str, str]:
    return {"direction": conversion.direction.value, "from": conversion.source, "to": conversion.target}


def attempt_fields(note: AttemptNote) -> dict[str, Any]:
    return {
        "number": note.number,
        "provider": note.provider,
        "model": note.model,
        "outcome": note.outcome.value,
        "status": note.status,
        "reason": note.reason,
        "duration_ms": note.duration_ms,
        "cost": money(note.cost),
        "basis": note.basis.value,
        "first_event_ms": note.first_event_ms,
        "code": note.code,
        "answered": note.answered,
    }


def skipped_fields(one: SkippedModel) -> dict[str, str]:
    provider = {"provider": one.provider} if one.provider else {}
    return {"model": one.model, **provider, "code": one.code, "reason": one.reason}


def quantity(amount: Amount) -> int | float:
    exact = amount.quantity
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def money(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
