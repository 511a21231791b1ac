"""Usage of pictures: tokens of texts and pictures as the provider reports them, and how many pictures.

https://platform.openai.com/docs/guides/image-generation#cost-and-latency
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.openai.chat.usage import TokenReader, details
from core.providers.openai.router import reported_cost
from core.providers.openai.usage_report import in_openai_names
from core.providers.shared.json_text import string

FACTS = ("size", "quality", "background")
PRICED = ("size", "quality")
"""Those on which a price may depend."""
LONGEST_FACT = 40


def usage_of(reported: Any, target: Target) -> Usage:
    """The usage of `reported`, an answer's `usage`; without amounts where there is none, as for models that
    are paid by the picture.

    Without a report of what the output was, it was pictures: so said OpenAI's API before it told texts apart.
    """
    found = tokens_of(reported)
    return replace(found, reported_cost=reported_cost(in_openai_names(reported), target))


def tokens_of(reported: Any) -> Usage:
    """The tokens of `reported`, whoever reports them."""
    usage = in_openai_names(reported)
    tokens = TokenReader()
    prompt, completion = usage["prompt_tokens"], usage["completion_tokens"]
    if prompt is not None and (asked := tokens.count(prompt)) is not None:
        tokens.prompt(asked, details(usage, "prompt_tokens_details"))
    if completion is not None and (made := tokens.count(completion)) is not None:
        told = details(usage, "completion_tokens_details")
        drawn = told if told.get("image_tokens") is not None else {**told, "image_tokens": made}
        tokens.completion(made, without_reasoning(drawn, made))
    return Usage(tuple(tokens.amounts), estimated=tokens.doubtful)


def without_reasoning(told: Mapping[str, Any], made: int) -> Mapping[str, Any]:
    """The details with as many pictures as the other kinds leave of `made`, where nobody counted them."""
    thoughts = told.get("reasoning_tokens")
    if told.get("image_tokens") == made and type(thoughts) is int and 0 < thoughts < made:
        return {**told, "image_tokens": made - thoughts}
    return told


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of what each event of a stream reports of its own picture."""
    found = list(usages)
    amounts: dict[tuple[Kind, Unit], Decimal] = {}
    for amount in (amount for usage in found for amount in usage.amounts):
        line = (amount.kind, amount.unit)
        amounts[line] = amounts.get(line, Decimal(0)) + amount.quantity
    costs = [usage.reported_cost for usage in found if usage.reported_cost is not None]
    return Usage(
        tuple(Amount(kind, unit, quantity) for (kind, unit), quantity in amounts.items()),
        sum(costs, Decimal(0)) if costs else None,
        any(usage.estimated for usage in found),
    )


def with_pictures(usage: Usage, pictures: int, facts: Mapping[str, str]) -> Usage:
    """The usage of a whole answer, with the number of its pictures and how they were made."""
    drawn = Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(pictures))
    priced = {name: facts[name] for name in PRICED if name in facts}
    return replace(usage, amounts=(*usage.amounts, drawn), facts=priced)


def facts_of(value: Mapping[str, Any]) -> dict[str, str]:
    """The size, the quality and the background that an answer or an event says it made."""
    told = {name: string(value.get(name)) for name in FACTS}
    return {name: word for name, word in told.items() if 0 < len(word) <= LONGEST_FACT}
