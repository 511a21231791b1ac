"""The reasoning of an earlier answer, in whichever spelling a client sends it back.

In a request it is `reasoning`, a text, and `reasoning_details`, what its provider needs back unchanged; each
adapter writes them as its server takes them.

https://api-docs.deepseek.com/guides/reasoning_model (`reasoning_content`)
https://openrouter.ai/docs/use-cases/reasoning-tokens (`reasoning`, `reasoning_details`)
https://docs.mistral.ai/capabilities/reasoning and
https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking (parts `thinking`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.bodies.files.data_urls import FileLoader
from core.bodies.validation import missing_field, wrong_field

TEXTS = ("reasoning_content", "reasoning")
FIELDS = frozenset({*TEXTS, "reasoning_details"})


def reasoning_fields(
    message: Mapping[str, Any], thoughts: Sequence[dict[str, Any]], place: str
) -> dict[str, Any]:
    """`reasoning` and `reasoning_details` of a message with the parts `thoughts`, without empty ones.

    Raises `InvalidRequest` where a field of them is of a wrong type.
    """
    texts = [message[name] for name in TEXTS if message.get(name) is not None]
    for name in TEXTS:
        if not isinstance(message.get(name), str | None):
            raise wrong_field(f"{place}.{name}", "must be a string.")
    if not isinstance(details := message.get("reasoning_details"), list | None):
        raise wrong_field(f"{place}.reasoning_details", "must be a list.")
    text = next(filter(None, texts), "") or "".join(thought_text(thought) for thought in thoughts)
    details = details or [detail for thought in thoughts for detail in thought_details(thought)]
    found = {"reasoning": text, "reasoning_details": details}
    return {name: value for name, value in found.items() if value}


def thinking(value: dict[str, Any], place: str, load: FileLoader) -> dict[str, Any]:
    """A part of Mistral's, whose thinking is a list of texts, or of Anthropic's, where it is a text."""
    inner = value.get("thinking")
    if not isinstance(inner, str | list):
        raise missing_field(f"{place}.thinking", value, "thinking", "must be a string or a list of texts.")
    for part in inner if isinstance(inner, list) else ():
        if not isinstance(part, dict) or not isinstance(part.get("text", ""), str):
            raise wrong_field(f"{place}.thinking", "must be a string or a list of texts.")
    return value


def redacted_thinking(value: dict[str, Any], place: str, load: FileLoader) -> dict[str, Any]:
    if not isinstance(value.get("data"), str):
        raise missing_field(f"{place}.data", value, "data", "must be a string.")
    return value


PARSERS = {"thinking": thinking, "redacted_thinking": redacted_thinking}
"""By the type of a part of an assistant's message."""


def thought_text(part: Mapping[str, Any]) -> str:
    inner = part.get("thinking", "")
    return inner if isinstance(inner, str) else "".join(one.get("text", "") for one in inner)


def thought_details(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a provider must get back to read a thought: its signature, or its ciphertext."""
    if part["type"] == "redacted_thinking":
        return [{"type": "reasoning.encrypted", "data": part["data"]}]
    if not isinstance(part.get("signature"), str):
        return []
    return [{"type": "reasoning.text", "text": thought_text(part), "signature": part["signature"]}]
