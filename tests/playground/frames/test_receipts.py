"""Receipts as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID

from core.contract.events import AttemptNote, Outcome, Receipt
from core.contract.route import SkippedModel
from core.contract.usage import Amount, Basis, Kind, Unit
from playground import frames


def receipt(cost: Decimal | None, basis: Basis) -> Receipt:
    characters = Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(11))
    seconds = Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal("1.5"))
    amounts = (characters, seconds)
    note = AttemptNote(1, "p", "up", Outcome.COMPLETED, 200, "", 80, cost, basis, 20, "upstream_failed", 503)
    return Receipt(
        "gen-1",
        Outcome.COMPLETED,
        "m",
        "p",
        amounts,
        cost,
        basis,
        20,
        90,
        "pcm",
        (note,),
        voice="ada",
        skipped=(
            SkippedModel("lab/x", "lab/x cannot speak.", "wrong_endpoint"),
            SkippedModel("lab/y", "Lab is full.", "endpoint_full", "Lab"),
        ),
    )


def test_a_receipt_is_given_in_numbers():
    fields = frames.receipt_fields(receipt(Decimal("0.00012"), Basis.COMPUTED))
    assert fields["units"] == {"text_in.character": 11, "audio_out.second": 1.5}
    assert (fields["cost"], fields["currency"], fields["basis"], fields["format"], fields["voice"]) == (
        0.00012,
        "USD",
        "computed",
        "pcm",
        "ada",
    )
    assert fields["attempts"] == [
        {
            "number": 1,
            "provider": "p",
            "model": "up",
            "outcome": "completed",
            "status": 200,
            "reason": "",
            "duration_ms": 80,
            "cost": 0.00012,
            "basis": "computed",
            "first_event_ms": 20,
            "code": "upstream_failed",
            "answered": 503,
        }
    ]
    assert fields["skipped"] == [
        {"model": "lab/x", "code": "wrong_endpoint", "reason": "lab/x cannot speak."},
        {"model": "lab/y", "provider": "Lab", "code": "endpoint_full", "reason": "Lab is full."},
    ]
    assert json.loads(json.dumps(fields)) == fields


def test_an_unpriced_cost_is_null_never_zero():
    assert frames.usage(receipt(None, Basis.UNPRICED))["cost"] is None
    assert frames.started(UUID(int=1), "m", "p", None)["estimate"] is None
