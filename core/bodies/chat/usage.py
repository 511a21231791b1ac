"""The `usage` of a chat as OpenAI and OpenRouter have it.

https://platform.openai.com/docs/api-reference/chat/object
https://openrouter.ai/docs/use-cases/usage-accounting
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NotRequired, TypedDict

from core.contract.events import Receipt
from core.contract.usage import TOOL_KINDS, Kind, Unit

PROMPT = (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.IMAGE_IN, Kind.VIDEO_IN, Kind.FILE_IN)
COMPLETION = (Kind.TEXT_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT)
NO_TOKENS = dict.fromkeys(Kind, 0)


class PromptTokensDict(TypedDict):
    cached_tokens: int
    text_tokens: int
    audio_tokens: int
    image_tokens: int
    video_tokens: int
    file_tokens: int


class CompletionTokensDict(TypedDict):
    reasoning_tokens: int
    text_tokens: int
    audio_tokens: int
    image_tokens: int


class ChatUsageDict(TypedDict):
    """The API's schema `ChatUsage` before it is encoded; money in USD, None where no price is known.

    `cost_details` has `upstream_inference_cost`, `upstream_inference_prompt_cost` and
    `upstream_inference_completions_cost`. `image_tool` are tokens by kind where an image model drew for the
    chat model; they are in no other field.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDict
    completion_tokens_details: CompletionTokensDict
    cost: Decimal | None
    cost_details: Mapping[str, Decimal | None] | None
    is_byok: bool
    image_tool: NotRequired[Mapping[str, int]]


TOOL_TOKENS = tuple(TOOL_KINDS.values())


def chat_usage(receipt: Receipt, cost_details: Mapping[str, Decimal | None] | None = None) -> ChatUsageDict:
    """`usage` of a receipt; `cost_details` is that of the ledger."""
    counted = {amount.kind: int(amount.quantity) for amount in receipt.amounts if amount.unit is Unit.TOKEN}
    tokens = NO_TOKENS | counted
    prompt, completion = sum([tokens[kind] for kind in PROMPT]), sum([tokens[kind] for kind in COMPLETION])
    drawn = {kind: counted[kind] for kind in TOOL_TOKENS if kind in counted}
    return {
        **({"image_tool": drawn} if drawn else {}),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {
            "cached_tokens": tokens[Kind.CACHED_IN] + tokens[Kind.CACHED_AUDIO_IN],
            "text_tokens": tokens[Kind.TEXT_IN],
            "audio_tokens": tokens[Kind.AUDIO_IN],
            "image_tokens": tokens[Kind.IMAGE_IN],
            "video_tokens": tokens[Kind.VIDEO_IN],
            "file_tokens": tokens[Kind.FILE_IN],
        },
        "completion_tokens_details": {
            "reasoning_tokens": tokens[Kind.REASONING_OUT],
            "text_tokens": tokens[Kind.TEXT_OUT],
            "audio_tokens": tokens[Kind.AUDIO_OUT],
            "image_tokens": tokens[Kind.IMAGE_OUT],
        },
        "cost": receipt.cost,
        "cost_details": cost_details,
        "is_byok": False,
    }
