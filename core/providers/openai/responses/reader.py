"""Reads a response, one object or server-sent events, into events of a chat.

https://platform.openai.com/docs/api-reference/responses/object
https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamError, UpstreamFailed, UpstreamInvalid
from core.contract.events import AnswerMetadata, ChatDelta, Event, ImageReady, ImageStart, Unreadable
from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.errors import error_in, refusal
from core.providers.openai.responses.items import ItemPlaces, partial, ready
from core.providers.openai.responses.usage import common_facts, usage_of
from core.providers.openai.stream import events_of, objects
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count

CAP = 256 * http.MIB
"""Bytes of one event: the last one has all pictures."""
READ_IN_THREAD = http.MIB
"""Bytes above which an answer is parsed in a thread, so that other requests do not wait."""
FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""Finish reasons of a chat by `incomplete_details.reason`."""
ENDS = ("completed", "incomplete", "failed", "cancelled")


class ResponseReader:
    """Reads one answer; `pictures` is how many were complete so far."""

    def __init__(self, target: Target, hide: tuple[str, ...]) -> None:
        self.pictures = 0
        self._target = target
        self._hide = hide
        self._response: Mapping[str, Any] = {}
        self._facts: list[Mapping[str, str]] = []
        self._places = ItemPlaces()
        self._known = False
        self._unreadable = 0

    async def read(self, response: http.CallResponse) -> AsyncGenerator[Event, None]:
        """The events of the answer, `Used` not among them. Raises where it failed or was cut short."""
        async with aclosing(events_of(response, self._stream, self._object)) as events:
            async for event in events:
                yield event
        if self._unreadable:
            yield Unreadable(self._unreadable)

    def usage(self) -> Usage:
        """That of a whole answer."""
        return usage_of(self._response, self._target, self.pictures, common_facts(self._facts))

    def so_far(self) -> Usage | None:
        """What was reported of an answer that failed or was stopped; None where nothing was."""
        return replace(self.usage(), estimated=True) if self._response.get("usage") else None

    async def _object(self, body: bytes) -> AsyncGenerator[Event, None]:
        value = await asyncio.to_thread(decode, body) if len(body) > READ_IN_THREAD else decode(body)
        del body
        if not isinstance(value, dict) or not isinstance(value.get("output"), list):
            raise refusal(value, self._hide)
        for event in (*self._metadata(value), *await self._end(value)):
            yield event

    async def _stream(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[Event, None]:
        async with aclosing(objects(chunks, self._hide, CAP)) as values:
            async for value in values:
                if value is None:
                    self._unreadable += 1
                    continue
                for event in await self._events(value):
                    yield event
                if self._response:
                    return

    async def _events(self, value: Mapping[str, Any]) -> Sequence[Event]:
        kind = string(value.get("type")).removeprefix("response.")
        place = count(value.get("output_index")) or 0
        if kind in ENDS:
            whole = value.get("response")
            return await self._end(whole if isinstance(whole, dict) else {"status": kind})
        if kind == "output_item.done":
            return await self._item(value.get("item"), place)
        if kind == "image_generation_call.partial_image":
            return await self._partial(value, place)
        read = READERS.get(kind)
        return tuple(read(self, value, place)) if read else ()

    def _metadata(self, response: Any) -> Iterator[Event]:
        if isinstance(response, dict) and not self._known:
            self._known = True
            yield AnswerMetadata(string(response.get("id")), string(response.get("model")))

    def _created(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        yield from self._metadata(value.get("response"))

    def _added(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        """An item begins: pictures and calls are announced, texts come with their deltas."""
        item = value.get("item")
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "image_generation_call" and self._places.begins_image(place):
            yield ImageStart(self._places.image(place))
        elif isinstance(item, dict) and kind in ("function_call", "custom_tool_call"):
            yield ChatDelta(calls=(self._places.call(item, place),))

    def _drawing(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        self._places.begins_image(place)
        yield ImageStart(self._places.image(place), drawing=True)

    def _text(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        self._places.said.add(place)
        logprobs = value.get("logprobs")
        extra = {"logprobs": {"content": logprobs}} if isinstance(logprobs, list) and logprobs else None
        if (text := string(value.get("delta"))) or extra:
            yield ChatDelta(text, extra=extra)

    def _refusal(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        self._places.said.add(place)
        if text := string(value.get("delta")):
            yield ChatDelta(extra={"delta": {"refusal": text}})

    def _summary(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        """More of a summary of its reasoning, whose parts are paragraphs."""
        apart = self._places.new_paragraph(place, count(value.get("summary_index")) or 0)
        if text := string(value.get("delta")):
            yield ChatDelta(reasoning=f"\n\n{text}" if apart else text)

    def _arguments(self, value: Mapping[str, Any], place: int) -> Iterator[Event]:
        if text := string(value.get("delta")):
            yield ChatDelta(calls=(self._places.more_of_call(place, text),))

    async def _partial(self, value: Mapping[str, Any], place: int) -> Sequence[Event]:
        self._places.begins_image(place)
        try:
            return (await partial(value, self._places.image(place)),)
        except UpstreamInvalid:
            self._unreadable += 1
            return ()

    async def _item(self, item: Any, place: int) -> Sequence[Event]:
        """The events of an item that is whole, as far as they have not come before."""
        if not isinstance(item, dict) or not self._places.ends(place):
            return ()
        if item.get("type") != "image_generation_call":
            return tuple(self._places.rest(item, place))
        begun = not self._places.begins_image(place)
        number = self._places.image(place)
        try:
            image = await ready(item, number)
        except UpstreamInvalid:
            self._unreadable += 1
            image = None
        if image is None:  # it could not be drawn
            return () if begun else (ImageStart(number),)
        return self._drawn(image)

    def _drawn(self, image: ImageReady) -> Sequence[Event]:
        self.pictures += 1
        self._facts.append(image.facts)
        return (image,)

    async def _end(self, response: Mapping[str, Any]) -> Sequence[Event]:
        """The items that have not come before, and why the answer ended. Raises where it failed."""
        self._response = response
        status = response.get("status", "completed")
        if status in ("failed", "cancelled") or response.get("error"):
            raise self._failure(response)
        output = response.get("output")
        found: list[Event] = []
        for place, item in enumerate(output if isinstance(output, list) else ()):
            found += await self._item(item, place)
        details = response.get("incomplete_details")
        reason = string(details.get("reason")) if isinstance(details, dict) else ""
        whole = "tool_calls" if self._places.calls else "stop"
        return (*found, ChatDelta(finish=FINISHES.get(reason, whole)))

    def _failure(self, response: Mapping[str, Any]) -> UpstreamError:
        return error_in(response, self._hide) or UpstreamFailed("The provider could not finish its answer.")


READERS: dict[str, Callable[[ResponseReader, Mapping[str, Any], int], Iterator[Event]]] = {
    "created": ResponseReader._created,
    "in_progress": ResponseReader._created,
    "output_item.added": ResponseReader._added,
    "output_text.delta": ResponseReader._text,
    "refusal.delta": ResponseReader._refusal,
    "reasoning_summary_text.delta": ResponseReader._summary,
    "function_call_arguments.delta": ResponseReader._arguments,
    "custom_tool_call_input.delta": ResponseReader._arguments,
    "image_generation_call.generating": ResponseReader._drawing,
}
"""The events that become others by themselves, by type without `response.`"""
