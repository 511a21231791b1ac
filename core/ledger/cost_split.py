"""The shares of a cost that were for the prompt and for the completion."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.contract.usage import Kind, Usage
from core.ledger import pricing
from core.ledger.bill import ClosedAttempt
from core.ledger.price_sheet import sheet_of
from core.models.ledger import LedgerState

COMPLETION = frozenset({Kind.TEXT_OUT, Kind.REASONING_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT})


def cost_details(attempts: Sequence[ClosedAttempt]) -> dict[str, Decimal | None] | None:
    """OpenRouter's `cost_details`: what the providers reported, and both shares by our prices, in USD.

    A fee per request belongs to the prompt. None where no price is known.
    """
    prompt = completion = Decimal(0)
    charged: Decimal | None = None
    for attempt in attempts:
        if attempt.bill.state == LedgerState.RELEASED:
            continue
        if attempt.bill.computed is None:
            return None
        share = prompt_cost(attempt)
        prompt += share
        completion += attempt.bill.computed - share
        if attempt.bill.reported is not None:
            charged = (charged or Decimal(0)) + attempt.bill.reported
    return {
        "upstream_inference_cost": charged,
        "upstream_inference_prompt_cost": prompt,
        "upstream_inference_completions_cost": completion,
    }


def prompt_cost(attempt: ClosedAttempt) -> Decimal:
    """The cost without the completion's amounts; a price by the prompt's length stays the same."""
    amounts = tuple(amount for amount in attempt.bill.amounts if amount.kind not in COMPLETION)
    found = pricing.computed(Usage(amounts), sheet_of(attempt.target.prices))
    return min(found or Decimal(0), attempt.bill.computed or Decimal(0))
