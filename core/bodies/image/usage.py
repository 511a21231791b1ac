"""The `usage` of pictures in OpenAI's words, with ours: cost and units.

https://platform.openai.com/docs/api-reference/images/object
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.contract.events import Receipt
from core.contract.usage import Kind, Unit

INPUT = (Kind.TEXT_IN, Kind.IMAGE_IN)
OUTPUT = (Kind.TEXT_OUT, Kind.IMAGE_OUT)


def image_usage(receipt: Receipt) -> dict[str, Any]:
    """Tokens, which are 0 for a model that is not billed by them; the cost in USD, None without a price."""
    tokens = {amount.kind: int(amount.quantity) for amount in receipt.amounts if amount.unit is Unit.TOKEN}
    units: dict[str, Decimal] = {amount.name: amount.quantity for amount in receipt.amounts}
    return {**token_usage(tokens), "cost": receipt.cost, "units": units}


def token_usage(tokens: dict[Kind, int]) -> dict[str, Any]:
    counts = {kind: tokens.get(kind, 0) for kind in (*INPUT, *OUTPUT)}
    input_tokens, output_tokens = sum(map(counts.get, INPUT)), sum(map(counts.get, OUTPUT))
    return {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "input_tokens_details": {
            "text_tokens": counts[Kind.TEXT_IN],
            "image_tokens": counts[Kind.IMAGE_IN],
        },
        "output_tokens_details": {
            "text_tokens": counts[Kind.TEXT_OUT],
            "image_tokens": counts[Kind.IMAGE_OUT],
        },
    }


NO_USAGE = token_usage({})
"""Of all pictures of a streamed answer but the last, whose usage is that of them all."""
