"""What of a cost was for the question and what for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from core.contract.usage import Kind, Usage
from core.ledger import pricing
from core.ledger.bill import Closed
from core.models.ledger import LedgerState

ANSWER = frozenset({Kind.TEXT_OUT, Kind.REASONING_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT})


def cost_details(attempts: Sequence[Closed], at: datetime | None = None) -> dict[str, Decimal | None] | None:
    """OpenRouter's `cost_details`: what the providers said they charged, and both sides by our price rows.

    A fee per request belongs to the question. None where no price is known.
    """
    now = at or datetime.now(UTC)
    asked = answered = Decimal(0)
    charged: Decimal | None = None
    for attempt in attempts:
        if attempt.bill.state == LedgerState.RELEASED:
            continue
        if attempt.bill.computed is None:
            return None
        question = of_question(attempt, now)
        asked += question
        answered += attempt.bill.computed - question
        if attempt.bill.reported is not None:
            charged = (charged or Decimal(0)) + attempt.bill.reported
    return {
        "upstream_inference_cost": charged,
        "upstream_inference_prompt_cost": asked,
        "upstream_inference_completions_cost": answered,
    }


def of_question(attempt: Closed, now: datetime) -> Decimal:
    """The bill without what was answered: a price that depends on the prompt's length stays the same."""
    amounts = tuple(amount for amount in attempt.bill.amounts if amount.kind not in ANSWER)
    found = pricing.computed(Usage(amounts), attempt.target.prices, now)
    return min(found or Decimal(0), attempt.bill.computed or Decimal(0))
