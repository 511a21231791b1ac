"""A finished chat as a `chat.completion` object, and its `usage` as OpenAI and OpenRouter have it.

https://platform.openai.com/docs/api-reference/chat/object
https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.bodies.chat.collector import CollectedChoice, FinishedChat
from core.contract.events import ImageReady, Receipt
from core.contract.usage import Kind, Unit

PROMPT = (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.IMAGE_IN, Kind.VIDEO_IN, Kind.FILE_IN)
COMPLETION = (Kind.TEXT_OUT, Kind.AUDIO_OUT, Kind.IMAGE_OUT)
NO_TOKENS = dict.fromkeys(Kind, 0)
OWN_FIELDS = frozenset(
    {"id", "object", "created", "model", "provider", "choices", "usage", "processing_time_ms"}
)
"""Fields of the object that we fill in; a provider's values under these names are dropped."""


def render_completion(
    chat: FinishedChat,
    receipt: Receipt,
    created: int,
    cost_details: Mapping[str, Decimal | None] | None = None,
) -> dict[str, Any]:
    """The `chat.completion` object, the API's `ChatCompletion`; amounts of money are `Decimal` in it.

    `created` is a Unix time in seconds, `cost_details` the field of that name in `usage`.
    """
    return {
        "id": receipt.id,
        "object": "chat.completion",
        "created": created,
        "model": receipt.model,
        "provider": chat.started.provider if chat.started else receipt.provider,
        "system_fingerprint": None,
        **{name: value for name, value in chat.metadata.extra.items() if name not in OWN_FIELDS},
        "choices": [choice_object(chat, index, receipt.id, created) for index in sorted(chat.choices)],
        "usage": chat_usage(receipt, cost_details),
        "processing_time_ms": receipt.total_ms,
    }


def choice_object(chat: FinishedChat, index: int, id: str, created: int) -> dict[str, Any]:
    choice = chat.choices[index]
    return {
        "index": index,
        "message": message_object(choice, chat.audio if index == 0 else b"", id, created),
        "logprobs": None,
        "native_finish_reason": choice.finish_reason,
        **choice.choice_fields,
        "finish_reason": choice.finish_reason,
    }


def message_object(
    choice: CollectedChoice, audio: bytes | bytearray, id: str, created: int
) -> dict[str, Any]:
    """`content` is null only where something else stands in place of a text."""
    text, speaks = "".join(choice.texts), bool(audio or choice.transcripts)
    instead = speaks or choice.calls or choice.message_fields.get("refusal")
    message = {"role": "assistant", "refusal": None, **choice.message_fields}
    message["content"] = text if text or not instead else None
    if choice.reasoning:
        message["reasoning"] = "".join(choice.reasoning)
    if choice.calls:
        message["tool_calls"] = choice.tool_calls()
    if speaks:
        named = {"id": audio_id(id), "expires_at": created, **choice.message_fields.get("audio", {})}
        transcript = "".join(choice.transcripts)
        message["audio"] = {**named, "data": encoded(audio), "transcript": transcript}
    if choice.images:
        message["images"] = [image_part(image) for image in choice.images]
    return message


def audio_id(id: str) -> str:
    """The id of an answer's audio where the provider gives none. Nothing can be looked up by it."""
    return f"audio_{id.removeprefix('gen-')}"


def encoded(data: bytes | bytearray) -> str:
    return b64encode(data).decode("ascii")


def image_part(image: ImageReady) -> dict[str, Any]:
    """An entry of OpenRouter's `images`: a data URL where we have the bytes, else the provider's address."""
    url = image.url or f"data:{image.media_type};base64,{encoded(image.data)}"
    return {"type": "image_url", "index": image.index, "image_url": {"url": url}}


def chat_usage(receipt: Receipt, cost_details: Mapping[str, Decimal | None] | None = None) -> dict[str, Any]:
    """`usage`: tokens by kind; `cost` is in USD, None where no price is known.

    `cost_details` has `upstream_inference_cost`, `upstream_inference_prompt_cost` and
    `upstream_inference_completions_cost`.
    """
    counted = {amount.kind: int(amount.quantity) for amount in receipt.amounts if amount.unit is Unit.TOKEN}
    tokens = NO_TOKENS | counted
    prompt, completion = sum([tokens[kind] for kind in PROMPT]), sum([tokens[kind] for kind in COMPLETION])
    return {
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
