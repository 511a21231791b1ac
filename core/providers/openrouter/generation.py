"""The cost of an answer that ended without telling it: a cut or stopped stream, or speech, which is bytes.

https://openrouter.ai/docs/api-reference/get-a-generation
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamDenied, UpstreamError
from core.contract.events import Event, Used
from core.contract.route import Sending, Target
from core.contract.usage import Usage
from core.providers.openai.chat.usage import usage_of
from core.providers.openai.vendor import VENDOR, OpenAICalls
from core.providers.shared import http
from core.providers.shared.json_body import decode

GENERATION = re.compile(r"gen-[\w-]{1,200}", re.ASCII)
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each question: the answer's figures are there a moment after its end."""
LIMITS = http.CallLimits(total=10.0, idle=5.0, size=http.MIB)


class OpenRouterCosts(OpenAICalls):
    def cost_follows(self, target: Target, answer_id: str, known: Usage | None) -> None:
        """Have the cost asked for after the answer, unless it is known or the rest of the answer is read.

        https://openrouter.ai/docs/api-reference/get-a-generation
        """
        told = known is not None and known.reported_cost is not None
        if told or target.sending is None or target.sending.remainder is not None:
            return
        if GENERATION.fullmatch(answer_id):
            target.sending.remainder = GenerationCost(target, answer_id, known)


class GenerationCost:
    """Asks for the cost of one answer, at most as often as there are `waits`, seconds before a question."""

    def __init__(
        self, target: Target, answer_id: str, known: Usage | None, waits: Sequence[float] = WAITS
    ) -> None:
        self.seconds = sum(waits) + LIMITS.total
        self._waits = waits
        self._target = replace(target, sending=Sending())
        self._id = answer_id
        self._known = known

    async def events(self) -> AsyncGenerator[Event, None]:
        """`Used` with the reported cost; nothing where it is never told."""
        for wait in self._waits:
            await asyncio.sleep(wait)
            try:
                value = await fetch(self._target, self._id)
            except UpstreamDenied:
                return
            except UpstreamError:
                continue
            if usage := usage_in(value, self._known, self._target):
                yield Used(usage)
                return

    def told(self) -> Usage | None:
        """What was known when the answer ended."""
        return self._known

    async def close(self) -> None:
        """Nothing is open."""


async def fetch(target: Target, answer_id: str) -> Any:
    """The `data` that OpenRouter has of an answer. Raises from the error tree.

    https://openrouter.ai/docs/api-reference/get-a-generation
    """
    call = VENDOR.json_call(target, "GET", f"generation?id={answer_id}", None, LIMITS)
    async with await http.send(call) as response:
        value = decode(await response.body())
    return value.get("data") if isinstance(value, dict) else None


def usage_in(value: Any, known: Usage | None, target: Target) -> Usage | None:
    """The usage with its cost; None where that is not told. Counts that were complete already stay."""
    if not isinstance(value, dict):
        return None
    found = usage_of(in_chat_names(value), target)
    if found.reported_cost is None:
        return None
    counted = found if known is None or known.estimated else known
    tier = known.service_tier if known else ""
    return replace(counted, reported_cost=found.reported_cost, estimated=False, service_tier=tier)


def in_chat_names(value: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of an answer as the `usage` of a chat has them."""
    return {
        "prompt_tokens": value.get("native_tokens_prompt"),
        "completion_tokens": value.get("native_tokens_completion"),
        "prompt_tokens_details": {"cached_tokens": value.get("native_tokens_cached")},
        "completion_tokens_details": {
            "reasoning_tokens": value.get("native_tokens_reasoning"),
            "image_tokens": value.get("native_tokens_completion_images"),
        },
        "cost": value.get("total_cost"),
        "is_byok": value.get("is_byok"),
        "cost_details": {"upstream_inference_cost": value.get("upstream_inference_cost")},
    }
