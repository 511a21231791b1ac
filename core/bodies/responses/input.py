"""The input items of a response as chat messages, with `Media` for every file.

Consecutive items of the assistant become one message.

https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from core.bodies.chat.messages import MOST_MESSAGES, MessagePart
from core.bodies.files.data_urls import FileLoader, MessageFile, check_https_url, is_data_url, split_data_url
from core.bodies.responses.content import parse_content
from core.bodies.responses.items import REASONING_PREFIX
from core.bodies.validation import missing_field, wrong_field
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported

ROLES = ("user", "assistant", "system", "developer")
ChatMessage = dict[str, Any]
"""A message in the shape of `ChatRequest.messages`."""

CONTENT_PLACE = re.compile(r"messages\[(\d+)\]\.content(\[\d+\])(?:\.file)?")


class InputMessages(list[ChatMessage]):
    """Messages, and the place in the input from which the content of each came."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[str] = []

    def add(self, message: ChatMessage, place: str) -> None:
        self.append(message)
        self._places.append(place)

    def assistant_message(self, place: str = "") -> ChatMessage:
        """The last message where it is the assistant's, else a new one."""
        if not self or self[-1]["role"] != "assistant":
            self.add({"role": "assistant", "content": None}, place)
        return self[-1]

    def add_answer(self, content: str | list[MessagePart], place: str) -> None:
        """Content of the assistant. In a message reasoning and images come before it, tool calls after it."""
        last = self.assistant_message(place)
        if last["content"] is not None or "tool_calls" in last:
            self.add({"role": "assistant", "content": content}, place)
        else:
            last["content"], self._places[-1] = content, place

    def input_path(self, param: str) -> str:
        """`messages[2].content[0].image_url` as its place in the input: `input[1].content[0].image_url`."""
        found = CONTENT_PLACE.match(param)
        if found is None:
            return "input" if param == "messages" else param
        return f"{self._places[int(found[1])]}{found[2]}{param[found.end() :]}"


def input_messages(
    given: str | Sequence[Any], instructions: str | None, load: FileLoader, context: Sequence[Any] = ()
) -> InputMessages:
    """`given` after the items of `context`, in the shape of `ChatRequest.messages`.

    `load` is called for every file, in order.

    Raises `InvalidRequest`, `param` naming the place, as in `input[2].content[0].image_url`.
    """
    found = InputMessages()
    if instructions:
        found.add({"role": "system", "content": instructions}, "instructions")
    for at, value in enumerate(context):
        item(found, value, f"previous_response_id.items[{at}]", load)
    if isinstance(given, str):
        found.add({"role": "user", "content": given}, "input")
        return found
    if not 0 < len(given) <= MOST_MESSAGES:
        raise InvalidRequest(f"input must have 1 to {MOST_MESSAGES:,} items.", param="input")
    for at, value in enumerate(given):
        item(found, value, f"input[{at}]", load)
    return found


def item(found: InputMessages, value: Any, place: str, load: FileLoader) -> None:
    if not isinstance(value, dict):
        raise wrong_field(place, "must be an object.")
    kind = value.get("type", "message")
    read = ITEMS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise Unsupported(
            f"{place}.type must be one of {', '.join(ITEMS)}; nothing else is run here.",
            param=f"{place}.type",
        )
    read(found, value, place, load)


def message(found: InputMessages, value: ChatMessage, place: str, load: FileLoader) -> None:
    role = value.get("role")
    if role not in ROLES:
        raise missing_field(f"{place}.role", value, "role", f"must be one of {', '.join(ROLES)}.")
    content = parse_content(value, "content", place, load)
    if role == "assistant":
        found.add_answer(content, f"{place}.content")
    else:
        found.add({"role": role, "content": content}, f"{place}.content")


def call(found: InputMessages, value: ChatMessage, place: str, load: FileLoader) -> None:
    """A tool call of the model; several in a row belong to one message."""
    kind, text_field = (
        ("custom", "input") if value["type"] == "custom_tool_call" else ("function", "arguments")
    )
    for name in ("call_id", "name", text_field):
        if not isinstance(value.get(name), str):
            raise missing_field(f"{place}.{name}", value, name, "must be a string.")
    entry = {
        "id": value["call_id"],
        "type": kind,
        kind: {"name": value["name"], text_field: value[text_field]},
    }
    found.assistant_message().setdefault("tool_calls", []).append(entry)


def output(found: InputMessages, value: ChatMessage, place: str, load: FileLoader) -> None:
    """The result of a tool call."""
    if not isinstance(value.get("call_id"), str):
        raise missing_field(f"{place}.call_id", value, "call_id", "must be a string.")
    content = parse_content(value, "output", place, load)
    found.add({"role": "tool", "tool_call_id": value["call_id"], "content": content}, f"{place}.output")


def reasoning(found: InputMessages, value: ChatMessage, place: str, load: FileLoader) -> None:
    """Reasoning that its provider needs back, as `reasoning_details`; a summary is not sent."""
    encrypted, signature = value.get("encrypted_content"), value.get("signature")
    shared = {name: value[name] for name in ("id", "format") if isinstance(value.get(name), str)}
    if shared.get("id", "").startswith(REASONING_PREFIX):
        del shared["id"]
    if isinstance(encrypted, str):
        details = {"type": "reasoning.encrypted", "data": encrypted, **shared}
    elif isinstance(signature, str):
        texts = value.get("content") or value.get("summary") or []
        text = "".join(one["text"] for one in texts if isinstance(one, dict) and "text" in one)
        details = {"type": "reasoning.text", "text": text, "signature": signature, **shared}
    else:
        return
    found.assistant_message().setdefault("reasoning_details", []).append(details)


def image(found: InputMessages, value: ChatMessage, place: str, load: FileLoader) -> None:
    """An image of an earlier answer: base64, a data URL or an https URL."""
    data, place = value.get("result"), f"{place}.result"
    if data is None:
        return
    if not isinstance(data, str) or not data:
        raise wrong_field(place, "must be a base64 string.")
    claimed, rest = split_data_url(data, Modality.IMAGE, place) if is_data_url(data) else ("", data)
    url = (
        check_https_url(data, place)
        if "://" in data[:16]
        else load(MessageFile(Modality.IMAGE, place, rest, claimed))
    )
    found.assistant_message().setdefault("images", []).append(
        {"type": "image_url", "image_url": {"url": url}}
    )


ITEMS: dict[str, Callable[[InputMessages, ChatMessage, str, FileLoader], None]] = {
    "message": message,
    "function_call": call,
    "function_call_output": output,
    "custom_tool_call": call,
    "custom_tool_call_output": output,
    "reasoning": reasoning,
    "image_generation_call": image,
}
