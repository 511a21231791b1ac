"""A finished chat as a `chat.completion` object.

https://platform.openai.com/docs/api-reference/chat/object
https://openrouter.ai/docs/api-reference/overview
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from core.bodies.chat.collector import CollectedChoice, FinishedChat
from core.bodies.chat.usage import chat_usage
from core.contract.events import ImageReady, Receipt

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
        **{name: value for name, value in chat.metadata.extra.items() if name not in OWN_FIELDS},
        "system_fingerprint": chat.metadata.extra.get("system_fingerprint") or fingerprint(chat, receipt),
        "choices": [choice_object(chat, index, receipt.id, created) for index in sorted(chat.choices)],
        "usage": chat_usage(receipt, cost_details),
        "processing_time_ms": receipt.total_ms,
    }


def fingerprint(chat: FinishedChat, receipt: Receipt) -> str:
    """Names the provider and its model where they tell no fingerprint: OpenAI's document wants a string or
    nothing, OpenRouter's a string or null."""
    answered = chat.started or receipt
    return f"fp_{sha256(f'{answered.provider}/{answered.model}'.encode()).hexdigest()[:10]}"


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
        message["audio"] = {**named, "data": to_base64(audio), "transcript": transcript}
    if choice.images:
        message["images"] = [image_part(image) for image in choice.images]
    return message


def audio_id(id: str) -> str:
    """The id of an answer's audio where the provider gives none. Nothing can be looked up by it."""
    return f"audio_{id.removeprefix('gen-')}"


def to_base64(data: bytes | bytearray) -> str:
    return b64encode(data).decode("ascii")


def image_part(image: ImageReady) -> dict[str, Any]:
    """An entry of OpenRouter's `images`: a data URL where we have the bytes, else the provider's address."""
    url = image.url or f"data:{image.media_type};base64,{to_base64(image.data)}"
    return {"type": "image_url", "index": image.index, "image_url": {"url": url}}
