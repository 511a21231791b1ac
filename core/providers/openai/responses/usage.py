"""Usage of a response: what the chat model used, and apart from it what its image model did.

OpenAI counts the tokens of the tool in `tool_usage.image_gen`, in the shape of the images endpoint's usage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.usage import TOOL_KINDS, Amount, Kind, Unit, Usage
from core.providers.openai.chat import usage as chat_usage
from core.providers.openai.image import usage as image_usage
from core.providers.shared.json_text import string


def usage_of(response: Mapping[str, Any], target: Target, pictures: int, facts: Mapping[str, str]) -> Usage:
    """The usage that a response reports; `pictures` are those it had, `facts` of how they were made.

    Without a count of the tool's own tokens there are none: the ledger estimates what it has a price for.
    """
    chat = chat_usage.usage_of(response.get("usage"), target)
    tool = tool_usage(response, pictures)
    drawn = Amount(Kind.TOOL_IMAGE_OUT, Unit.IMAGE, Decimal(pictures))
    return replace(
        chat,
        amounts=(*chat.amounts, *tool.amounts, *([drawn] if pictures else ())),
        estimated=chat.estimated or tool.estimated,
        service_tier=string(response.get("service_tier")),
        facts=facts,
    )


def tool_usage(response: Mapping[str, Any], pictures: int) -> Usage:
    """Tokens of the image model; none where it drew nothing. Zero for pictures that came is no count."""
    told = response.get("tool_usage")
    reported = told.get("image_gen") if isinstance(told, Mapping) else None
    if not isinstance(reported, Mapping):
        return Usage()
    found = image_usage.tokens_of(reported)
    drawn = [amount for amount in found.amounts if amount.kind is Kind.IMAGE_OUT or not pictures]
    if not any(amount.quantity for amount in drawn):
        return Usage()
    amounts = (
        replace(amount, kind=TOOL_KINDS[amount.kind]) for amount in found.amounts if amount.kind in TOOL_KINDS
    )
    return Usage(tuple(amounts), estimated=found.estimated)


def common_facts(pictures: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The size and the quality that all the pictures have: prices may depend on them."""
    first = pictures[0] if pictures else {}
    return {
        name: first[name]
        for name in image_usage.PRICED
        if name in first and all(one.get(name) == first[name] for one in pictures)
    }
