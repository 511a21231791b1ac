"""Messages in the spelling of a server: the reasoning of earlier answers, and documents.

An endpoint's options say what its server takes: `reasoning_field`, a name in `REASONING`, and
`document_part`, the type of the part that holds a PDF, `document_url` or `file`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from core.contract.route import Target
from core.providers.openai.router import is_router

OPENAI_HOST = "api.openai.com"
FIELDS = ("reasoning", "reasoning_details")
Message = Mapping[str, Any]


def spelled(messages: Sequence[Message], target: Target) -> list[Message]:
    """`messages` as the target's server takes them; those without reasoning and documents unchanged."""
    spell = REASONING[target.options.get("reasoning_field", default_field(target))]
    found = [spell(one) if any(name in one for name in FIELDS) else one for one in messages]
    if target.options.get("document_part") != "document_url":
        return found
    return [with_document_urls(message) for message in found]


def default_field(target: Target) -> str:
    """OpenAI and Azure take no reasoning back, OpenRouter all of it, others as DeepSeek and vLLM spell it."""
    if is_router(target):
        return "reasoning_details"
    return "" if is_openai(target) or target.wire == "azure" else "reasoning_content"


def is_openai(target: Target) -> bool:
    """Whether the server is OpenAI itself, in any of its regions."""
    return is_openai_address(target.base_url)


@lru_cache(maxsize=1024)
def is_openai_address(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return host == OPENAI_HOST or host.endswith("." + OPENAI_HOST)


def unchanged(message: Message) -> Message:
    return message


def without(message: Message) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in FIELDS}


def as_reasoning(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "reasoning_details"}


def as_reasoning_content(message: Message) -> Message:
    text = {"reasoning_content": message["reasoning"]} if "reasoning" in message else {}
    return {**without(message), **text}


def as_thinking(message: Message) -> Message:
    """As Mistral has it: the first part of the content."""
    found, text = without(message), message.get("reasoning")
    if not text:
        return found
    content = found.get("content") or []
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    return {**found, "content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}, *parts]}


REASONING: dict[str, Callable[[Message], Message]] = {
    "": without,
    "reasoning": as_reasoning,
    "reasoning_content": as_reasoning_content,
    "reasoning_details": unchanged,
    "thinking": as_thinking,
}
"""How a message with the reasoning of an earlier answer is written, by the option `reasoning_field`."""


def with_document_urls(message: Message) -> Message:
    content = message.get("content")
    if not isinstance(content, list | tuple):
        return message
    return {**message, "content": [as_document_url(part) for part in content]}


def as_document_url(part: Message) -> Message:
    inner = part.get("file") if part.get("type") == "file" else None
    if inner is None or "file_data" not in inner:
        return part
    name = {"document_name": inner["filename"]} if inner.get("filename") else {}
    return {"type": "document_url", "document_url": inner["file_data"], **name}
