"""The items of a response: which of its pictures and calls each is, and what it says when it is whole.

https://platform.openai.com/docs/api-reference/responses/object
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.events import ChatDelta, Event, ImagePartial, ImageReady, ToolCall
from core.providers.openai.image.usage import facts_of
from core.providers.shared.images.base64 import decode_image
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count


class ItemPlaces:
    """What has come of each item, by its place in the output.

    `said` are messages and reasoning of which deltas came, `calls` the numbers of tool calls.
    """

    def __init__(self) -> None:
        self.said: set[int] = set()
        self.calls: dict[int, int] = {}
        self._images: dict[int, int] = {}
        self._ended: set[int] = set()
        self._argued: set[int] = set()
        self._paragraphs: dict[int, int] = {}

    def begins_image(self, place: int) -> bool:
        """Note that a picture is made; whether that is new."""
        new = place not in self._images
        if new:
            self._images[place] = len(self._images)
        return new

    def image(self, place: int) -> int:
        """The number of a picture among those of the answer."""
        return self._images[place]

    def call(self, item: Mapping[str, Any], place: int) -> ToolCall:
        """The beginning of a call."""
        number = self.calls.setdefault(place, len(self.calls))
        kind = "custom" if item.get("type") == "custom_tool_call" else "function"
        return ToolCall(number, string(item.get("call_id")), string(item.get("name")), type=kind)

    def more_of_call(self, place: int, text: str) -> ToolCall:
        self._argued.add(place)
        return ToolCall(self.calls.setdefault(place, len(self.calls)), arguments=text)

    def new_paragraph(self, place: int, number: int) -> bool:
        """Whether the part `number` of a summary begins, and another one came before it."""
        before = self._paragraphs.get(place, number)
        self._paragraphs[place] = number
        self.said.add(place)
        return number != before

    def ends(self, place: int) -> bool:
        """Note that an item is whole; whether that is new."""
        new = place not in self._ended
        self._ended.add(place)
        return new

    def rest(self, item: Mapping[str, Any], place: int) -> Iterator[Event]:
        """What an item says and no delta did: all of it where the answer has none."""
        kind = item.get("type")
        if kind in ("function_call", "custom_tool_call"):
            if place not in self.calls:
                yield ChatDelta(calls=(self.call(item, place),))
            text = string(item.get("arguments" if kind == "function_call" else "input"))
            if place not in self._argued and text:
                yield ChatDelta(calls=(self.more_of_call(place, text),))
        elif place not in self.said:
            yield from texts(item)


def texts(item: Mapping[str, Any]) -> Iterator[Event]:
    """The texts of a message or of a summary of reasoning."""
    name = "summary" if item.get("type") == "reasoning" else "content"
    listed = item.get(name)
    parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    if name == "summary":
        if text := "\n\n".join(string(part.get("text")) for part in parts):
            yield ChatDelta(reasoning=text)
        return
    for part in parts:
        if text := string(part.get("text")):
            logprobs = part.get("logprobs")
            extra = {"logprobs": {"content": logprobs}} if isinstance(logprobs, list) and logprobs else None
            yield ChatDelta(text, extra=extra)
        if text := string(part.get("refusal")):
            yield ChatDelta(extra={"delta": {"refusal": text}})


async def ready(item: Mapping[str, Any], number: int) -> ImageReady | None:
    """The picture of an item, None where it has none. Raises `UpstreamInvalid` for what is no picture."""
    result = item.get("result")
    if not result:
        return None
    media_type, data = await decode_image(result)
    prompt = string(item.get("revised_prompt"))
    return ImageReady(number, media_type, data, revised_prompt=prompt, facts=facts_of(item))


async def partial(value: Mapping[str, Any], number: int) -> ImagePartial:
    """Raises `UpstreamInvalid` for what is no picture."""
    media_type, data = await decode_image(value.get("partial_image_b64"))
    at = count(value.get("partial_image_index")) or 0
    return ImagePartial(number, at, media_type, data, facts_of(value))
