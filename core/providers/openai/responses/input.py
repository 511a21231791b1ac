"""Messages of a chat as the `input` of `POST responses`, files as `Media`.

https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.contract.errors import Unsupported

Message = Mapping[str, Any]
EARLIER = "The picture that you drew:"
"""What precedes a picture of an earlier answer: the server has not kept that, and a message of the assistant
holds no picture there."""


def input_items(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The items, in order. Raises `Unsupported` for a part that the API does not take."""
    custom: set[str] = set()
    return [item for message in messages for item in items_of(message, custom)]


def items_of(message: Message, custom: set[str]) -> Iterator[dict[str, Any]]:
    """The items of one message; `custom` are the ids of the calls of custom tools so far."""
    role, content = message["role"], message.get("content")
    if role == "tool":
        call = message["tool_call_id"]
        kind = "custom_tool_call_output" if call in custom else "function_call_output"
        yield {"type": kind, "call_id": call, "output": parts(content)}
    elif role == "assistant":
        yield from answer_items(message, custom)
    else:
        yield {"role": role, "content": parts(content)}


def answer_items(message: Message, custom: set[str]) -> Iterator[dict[str, Any]]:
    if images := message.get("images"):
        shown = [{"type": "input_text", "text": EARLIER}, *map(part, images)]
        yield {"role": "user", "content": shown}
    if text := text_of(message.get("content")):
        yield {"role": "assistant", "content": text}
    for call in message.get("tool_calls") or ():
        kind = call.get("type", "function")
        inner = call[kind]
        told = {"call_id": call["id"], "name": inner["name"]}
        if kind == "custom":
            custom.add(call["id"])
            yield {"type": "custom_tool_call", **told, "input": inner["input"]}
        else:
            yield {"type": "function_call", **told, "arguments": inner["arguments"]}


def text_of(content: Any) -> str:
    if isinstance(content, list | tuple):
        return "\n".join(part["text"] for part in content if part["type"] == "text")
    return content or ""


def parts(content: Any) -> str | list[dict[str, Any]]:
    return [part(one) for one in content] if isinstance(content, list | tuple) else content or ""


def part(value: Message) -> dict[str, Any]:
    kind = value["type"]
    if kind == "text":
        return {"type": "input_text", "text": value["text"]}
    inner = value.get(kind)
    if kind == "image_url" and isinstance(inner, Mapping):
        detail = inner.get("detail") or "auto"
        return {"type": "input_image", "image_url": inner["url"], "detail": detail}
    if kind == "file" and isinstance(inner, Mapping):
        return {"type": "input_file", **inner}
    raise Unsupported("Sound and video cannot be sent beside the tool image_generation.", param="input")
