"""Messages in Mistral's spelling: nothing but the fields that each role has there.

https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.providers.openai.chat.messages import as_document_url, as_thinking

Message = Mapping[str, Any]

FIELDS: dict[Any, tuple[str, ...]] = {
    "system": ("role", "content"),
    "user": ("role", "content"),
    "assistant": ("role", "content", "tool_calls", "prefix"),
    "tool": ("role", "content", "tool_call_id", "name"),
}
ROLES = {"developer": "system"}
CALL_ID = re.compile(r"[A-Za-z0-9]{9}")
CALL_ID_LENGTH = 9


def messages_of(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [message_of(message) for message in messages]


def message_of(message: Message) -> dict[str, Any]:
    """A message with the fields of its role; the reasoning of an earlier answer is the first part of it."""
    role = ROLES.get(message["role"], message["role"])
    whole = as_thinking(message) if "reasoning" in message else message
    found = {name: whole[name] for name in FIELDS.get(role, tuple(whole)) if whole.get(name) is not None}
    found["role"] = role
    if calls := found.get("tool_calls"):
        found["tool_calls"] = [call_of(call) for call in calls]
    elif "tool_calls" in found:
        del found["tool_calls"]
    if "tool_call_id" in found:
        found["tool_call_id"] = call_id(found["tool_call_id"])
    if "content" in found or "tool_calls" not in found:
        found["content"] = content_of(found.get("content", ""))
    return found


def content_of(content: Any) -> Any:
    """A text, or parts in Mistral's spelling; parts of other types are left as they are."""
    if not isinstance(content, list | tuple):
        return content
    return [PARTS.get(part.get("type"), unchanged)(part) for part in content]


def unchanged(part: Message) -> Message:
    return part


def text_part(part: Message) -> Message:
    return {"type": "text", "text": part.get("text", "")}


def image_part(part: Message) -> Message:
    return {"type": "image_url", "image_url": part.get("image_url")}


def audio_part(part: Message) -> Message:
    """Its base64 alone: https://docs.mistral.ai/capabilities/audio_transcription/offline_transcription."""
    inner = part.get("input_audio")
    return {"type": "input_audio", "input_audio": inner["data"] if isinstance(inner, Mapping) else inner}


def document_part(part: Message) -> Message:
    """A PDF as a data URL or an address: https://docs.mistral.ai/capabilities/document_ai/document_qna."""
    found = as_document_url(part)
    inner = part.get("file")
    if found is part and isinstance(inner, Mapping) and inner.get("file_id"):
        return {"type": "file", "file_id": inner["file_id"]}
    return found


PARTS: dict[Any, Callable[[Message], Message]] = {
    "text": text_part,
    "image_url": image_part,
    "input_audio": audio_part,
    "file": document_part,
}


def call_of(call: Message) -> dict[str, Any]:
    inner = call.get("function") or {}
    function = {"name": inner.get("name", ""), "arguments": inner.get("arguments", "")}
    return {"id": call_id(call.get("id")), "type": "function", "function": function}


def call_id(id: Any) -> str:
    """The id of a tool call as Mistral takes it, nine letters or digits; any other becomes one.

    https://docs.mistral.ai/capabilities/function_calling
    """
    text = str(id or "")
    if CALL_ID.fullmatch(text):
        return text
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:CALL_ID_LENGTH]
