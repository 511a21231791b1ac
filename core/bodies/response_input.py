"""The input of a response as messages: items of a turn become one message, every file is taken out of them.

https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from core.bodies.embedded import Found, Take, https, is_data_url, split
from core.bodies.parts import MOST_MESSAGES, MOST_PARTS, Part, missing, refusal, sound, sourced, wrong
from core.bodies.response_items import OURS
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.requests import Modality

ROLES = ("user", "assistant", "system", "developer")
Message = dict[str, Any]
SPOT = re.compile(r"messages\[(\d+)\]\.content(\[\d+\])(?:\.file)?")


class Conversation(list[Message]):
    """Messages, and where in the input the content of each of them stands."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[str] = []

    def say(self, message: Message, place: str) -> None:
        self.append(message)
        self._places.append(place)

    def turn(self, place: str = "") -> Message:
        """The assistant's message that is not over yet; a new one after anybody else's."""
        if not self or self[-1]["role"] != "assistant":
            self.say({"role": "assistant", "content": None}, place)
        return self[-1]

    def answer(self, content: str | list[Part], place: str) -> None:
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


def conversation(given: str | Sequence[Any], instructions: str | None, take: Take) -> Conversation:
    """`given` as `ChatRequest` wants its messages; `take` is called for every file, in order.

    Raises `InvalidRequest`, `param` naming the place, as in `input[2].content[0].image_url`.
    """
    found = Conversation()
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


def item(found: Conversation, value: Any, place: str, take: Take) -> None:
    if not isinstance(value, dict):
        raise wrong(place, "must be an object.")
    kind = value.get("type", "message")
    read = ITEMS.get(kind) if isinstance(kind, str) else None
    if read is None:
        hint = " Send whole items: store false makes clients do so." if kind == "item_reference" else ""
        raise Unsupported(
            f"{place}.type must be one of {', '.join(ITEMS)}; nothing else is kept or run here.{hint}",
            param=f"{place}.type",
        )
    read(found, value, place, take)


def message(found: Conversation, value: Message, place: str, take: Take) -> None:
    role = value.get("role")
    if role not in ROLES:
        raise missing(f"{place}.role", value, "role", f"must be one of {', '.join(ROLES)}.")
    content = said(value, "content", place, take)
    if role == "assistant":
        found.answer(content, f"{place}.content")
    else:
        found.say({"role": role, "content": content}, f"{place}.content")


def said(value: Message, name: str, place: str, take: Take) -> str | list[Part]:
    """A text, or parts."""
    content, place = value.get(name), f"{place}.{name}"
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise missing(place, value, name, "must be a string or a list of parts.")
    if not 0 < len(content) <= MOST_PARTS:
        raise wrong(place, f"must have 1 to {MOST_PARTS:,} parts.")
    return [part(value, f"{place}[{at}]", take) for at, value in enumerate(content)]


def part(value: Any, place: str, take: Take) -> Part:
    if not isinstance(value, dict):
        raise wrong(place, "must be an object.")
    kind = value.get("type")
    read = PARTS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise missing(f"{place}.type", value, "type", f"must be one of {', '.join(PARTS)}.")
    return read(value, place, take)


def text(value: Part, place: str, take: Take) -> Part:
    if not isinstance(value.get("text"), str):
        raise missing(f"{place}.text", value, "text", "must be a string.")
    rest = {name: each for name, each in value.items() if name not in ("annotations", "logprobs")}
    return {**rest, "type": "text"}


def image(value: Part, place: str, take: Take) -> Part:
    found = embedded(value, place, "image_url", Modality.IMAGE, take)
    inner = {"url": found.pop("image_url")}
    if (detail := found.pop("detail", None)) is not None:
        inner["detail"] = detail
    return {**found, "type": "image_url", "image_url": inner}


def video(value: Part, place: str, take: Take) -> Part:
    found = embedded(value, place, "video_url", Modality.VIDEO, take)
    return {**found, "type": "video_url", "video_url": {"url": found["video_url"]}}


def file(value: Part, place: str, take: Take) -> Part:
    """A PDF as base64, as a data URL or, under a name of its own, by its address."""
    key = "file_url" if value.get("file_url") is not None and value.get("file_data") is None else "file_data"
    found = embedded(value, place, key, Modality.FILE, take)
    inner = {"file_data": found.pop(key)}
    if (name := value.get("filename")) is not None:
        inner["filename"] = name
    rest = {each: found[each] for each in found if each not in ("filename", "file_url", "file_data")}
    return {**rest, "type": "file", "file": inner}


def embedded(value: Part, place: str, key: str, modality: Modality, take: Take) -> Part:
    """`value` with its file taken out. Raises `Unsupported` for one that was to be kept somewhere."""
    if value.get("file_id") is not None and value.get(key) is None:
        raise Unsupported(
            f"{place}.file_id: files are not kept here; send the file itself as {key}.",
            param=f"{place}.file_id",
        )
    name = value.get("filename")
    if not isinstance(name, str | None):
        raise wrong(f"{place}.filename", "must be a string.")
    rest = {each: value[each] for each in value if each != "file_id"}
    return sourced(rest, place, key, Found(modality, place, name=name or ""), take)


def call(found: Conversation, value: Message, place: str, take: Take) -> None:
    """A call that the model made; several in a row are of one turn."""
    kind, made = ("custom", "input") if value["type"] == "custom_tool_call" else ("function", "arguments")
    for name in ("call_id", "name", made):
        if not isinstance(value.get(name), str):
            raise missing(f"{place}.{name}", value, name, "must be a string.")
    told = {"id": value["call_id"], "type": kind, kind: {"name": value["name"], made: value[made]}}
    found.turn().setdefault("tool_calls", []).append(told)


def output(found: Conversation, value: Message, place: str, take: Take) -> None:
    """What a call came to."""
    if not isinstance(value.get("call_id"), str):
        raise missing(f"{place}.call_id", value, "call_id", "must be a string.")
    content = said(value, "output", place, take)
    found.say({"role": "tool", "tool_call_id": value["call_id"], "content": content}, f"{place}.output")


def thought(found: Conversation, value: Message, place: str, take: Take) -> None:
    """What a provider wants back of its reasoning; a summary is for people and stays here."""
    encrypted, signature = value.get("encrypted_content"), value.get("signature")
    shared = {name: value[name] for name in ("id", "format") if isinstance(value.get(name), str)}
    if shared.get("id", "").startswith(OURS):
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


def picture(found: Conversation, value: Message, place: str, take: Take) -> None:
    """A picture the model made earlier: base64, or an address."""
    data, place = value.get("result"), f"{place}.result"
    if data is None:
        return
    if not isinstance(data, str) or not data:
        raise wrong(place, "must be a base64 string.")
    claimed, rest = split(data, Modality.IMAGE, place) if is_data_url(data) else ("", data)
    url = https(data, place) if "://" in data[:16] else take(Found(Modality.IMAGE, place, rest, claimed))
    found.turn().setdefault("images", []).append({"type": "image_url", "image_url": {"url": url}})


ITEMS: dict[str, Callable[[Conversation, Message, str, Take], None]] = {
    "message": message,
    "function_call": call,
    "function_call_output": output,
    "custom_tool_call": call,
    "custom_tool_call_output": output,
    "reasoning": thought,
    "image_generation_call": picture,
}
PARTS: dict[str, Callable[[Part, str, Take], Part]] = {
    "input_text": text,
    "input_image": image,
    "input_file": file,
    "input_audio": sound,
    "input_video": video,
    "output_text": text,
    "refusal": refusal,
    "text": text,
}
