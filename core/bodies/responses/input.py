"""The input of a response as messages: items of a turn become one message, every file is taken out of them.

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
SPOT = re.compile(r"messages\[(\d+)\]\.content(\[\d+\])(?:\.file)?")


class InputMessages(list[ChatMessage]):
    """Messages, and where in the input the content of each of them stands."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[str] = []

    def say(self, message: ChatMessage, place: str) -> None:
        self.append(message)
        self._places.append(place)

    def turn(self, place: str = "") -> ChatMessage:
        """The assistant's message that is not over yet; a new one after anybody else's."""
        if not self or self[-1]["role"] != "assistant":
            self.say({"role": "assistant", "content": None}, place)
        return self[-1]

    def answer(self, content: str | list[MessagePart], place: str) -> None:
        """Words of the assistant: thoughts and pictures come before them, calls after them."""
        last = self.turn(place)
        if last["content"] is not None or "tool_calls" in last:
            self.say({"role": "assistant", "content": content}, place)
        else:
            last["content"], self._places[-1] = content, place

    def where(self, param: str) -> str:
        """`messages[2].content[0].image_url` in the words of the input: `input[1].content[0].image_url`."""
        found = SPOT.match(param)
        if found is None:
            return "input" if param == "messages" else param
        return f"{self._places[int(found[1])]}{found[2]}{param[found.end() :]}"


def input_messages(given: str | Sequence[Any], instructions: str | None, take: FileLoader) -> InputMessages:
    """`given` as `ChatRequest` wants its messages; `take` is called for every file, in order.

    Raises `InvalidRequest`, `param` naming the place, as in `input[2].content[0].image_url`.
    """
    found = InputMessages()
    if instructions:
        found.say({"role": "system", "content": instructions}, "instructions")
    if isinstance(given, str):
        found.say({"role": "user", "content": given}, "input")
        return found
    if not 0 < len(given) <= MOST_MESSAGES:
        raise InvalidRequest(f"input must have 1 to {MOST_MESSAGES:,} items.", param="input")
    for at, value in enumerate(given):
        item(found, value, f"input[{at}]", take)
    return found


def item(found: InputMessages, value: Any, place: str, take: FileLoader) -> None:
    if not isinstance(value, dict):
        raise wrong_field(place, "must be an object.")
    kind = value.get("type", "message")
    read = ITEMS.get(kind) if isinstance(kind, str) else None
    if read is None:
        hint = " Send whole items: store false makes clients do so." if kind == "item_reference" else ""
        raise Unsupported(
            f"{place}.type must be one of {', '.join(ITEMS)}; nothing else is kept or run here.{hint}",
            param=f"{place}.type",
        )
    read(found, value, place, take)


def message(found: InputMessages, value: ChatMessage, place: str, take: FileLoader) -> None:
    role = value.get("role")
    if role not in ROLES:
        raise missing_field(f"{place}.role", value, "role", f"must be one of {', '.join(ROLES)}.")
    content = parse_content(value, "content", place, take)
    if role == "assistant":
        found.answer(content, f"{place}.content")
    else:
        found.say({"role": role, "content": content}, f"{place}.content")


def call(found: InputMessages, value: ChatMessage, place: str, take: FileLoader) -> None:
    """A call that the model made; several in a row are of one turn."""
    kind, made = ("custom", "input") if value["type"] == "custom_tool_call" else ("function", "arguments")
    for name in ("call_id", "name", made):
        if not isinstance(value.get(name), str):
            raise missing_field(f"{place}.{name}", value, name, "must be a string.")
    told = {"id": value["call_id"], "type": kind, kind: {"name": value["name"], made: value[made]}}
    found.turn().setdefault("tool_calls", []).append(told)


def output(found: InputMessages, value: ChatMessage, place: str, take: FileLoader) -> None:
    """What a call came to."""
    if not isinstance(value.get("call_id"), str):
        raise missing_field(f"{place}.call_id", value, "call_id", "must be a string.")
    content = parse_content(value, "output", place, take)
    found.say({"role": "tool", "tool_call_id": value["call_id"], "content": content}, f"{place}.output")


def thought(found: InputMessages, value: ChatMessage, place: str, take: FileLoader) -> None:
    """What a provider wants back of its reasoning; a summary is for people and stays here."""
    encrypted, signature = value.get("encrypted_content"), value.get("signature")
    shared = {name: value[name] for name in ("id", "format") if isinstance(value.get(name), str)}
    if shared.get("id", "").startswith(REASONING_PREFIX):
        del shared["id"]
    if isinstance(encrypted, str):
        details = {"type": "reasoning.encrypted", "data": encrypted, **shared}
    elif isinstance(signature, str):
        words = value.get("content") or value.get("summary") or []
        told = "".join(one["text"] for one in words if isinstance(one, dict) and "text" in one)
        details = {"type": "reasoning.text", "text": told, "signature": signature, **shared}
    else:
        return
    found.turn().setdefault("reasoning_details", []).append(details)


def picture(found: InputMessages, value: ChatMessage, place: str, take: FileLoader) -> None:
    """A picture the model made earlier: base64, or an address."""
    data, place = value.get("result"), f"{place}.result"
    if data is None:
        return
    if not isinstance(data, str) or not data:
        raise wrong_field(place, "must be a base64 string.")
    claimed, rest = split_data_url(data, Modality.IMAGE, place) if is_data_url(data) else ("", data)
    url = (
        check_https_url(data, place)
        if "://" in data[:16]
        else take(MessageFile(Modality.IMAGE, place, rest, claimed))
    )
    found.turn().setdefault("images", []).append({"type": "image_url", "image_url": {"url": url}})


ITEMS: dict[str, Callable[[InputMessages, ChatMessage, str, FileLoader], None]] = {
    "message": message,
    "function_call": call,
    "function_call_output": output,
    "custom_tool_call": call,
    "custom_tool_call_output": output,
    "reasoning": thought,
    "image_generation_call": picture,
}
