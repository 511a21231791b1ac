"""Reads the pictures of an answer: one object with all of them, or an event for each.

https://platform.openai.com/docs/api-reference/images/object
https://platform.openai.com/docs/api-reference/images-streaming
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.events import Event, ImagePartial, ImageReady, Unreadable
from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.errors import error_of, refusal
from core.providers.openai.image.usage import facts_of, total, usage_of, with_pictures
from core.providers.openai.stream import events_of, objects
from core.providers.shared import http
from core.providers.shared.calls import Vendor
from core.providers.shared.images.addresses import picture_at
from core.providers.shared.images.base64 import DATA_URL, decode_image
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import count

CAP = 64 * http.MIB
"""Bytes of one event: room for the base64 of a large picture."""
READ_IN_THREAD = http.MIB
"""Bytes above which an answer is parsed in a thread, so that other requests do not wait."""
PARTIAL, COMPLETED = ".partial_image", ".completed"
"""How the types of events end; they begin with `image_generation` or `image_edit`."""


class ImageReader:
    """Reads one answer; `pictures` is how many were complete so far, `expected` how many were asked for."""

    def __init__(self, vendor: Vendor, target: Target, expected: int, hide: tuple[str, ...]) -> None:
        self.pictures = 0
        self._vendor = vendor
        self._target = target
        self._expected = expected
        self._hide = hide
        self._usages: list[Usage] = []
        self._facts: dict[str, str] = {}
        self._unreadable = 0

    async def read(self, response: http.CallResponse) -> AsyncGenerator[Event, None]:
        """The events of the answer. Raises where it is refused, cut short or without a picture."""
        async with aclosing(events_of(response, self._stream, self._object)) as events:
            async for event in events:
                yield event
        if not self.pictures:
            raise UpstreamInvalid("The provider sent no picture.")
        if self._unreadable:
            yield Unreadable(self._unreadable)

    def usage(self) -> Usage:
        """That of a whole answer."""
        return with_pictures(total(self._usages), self.pictures, self._facts)

    def so_far(self) -> Usage | None:
        """What was reported of an answer that failed or was stopped; None where nothing was."""
        return replace(self.usage(), estimated=True) if self._usages else None

    async def _object(self, body: bytes) -> AsyncGenerator[Event, None]:
        large = len(body) > READ_IN_THREAD
        value = await asyncio.to_thread(decode, body) if large else decode(body)
        del body
        async with aclosing(self._all(value)) as events:
            async for event in events:
                yield event

    async def _all(self, value: Any) -> AsyncGenerator[Event, None]:
        """The pictures of a whole answer; each one's base64 is let go as soon as it is decoded."""
        items = value.get("data") if isinstance(value, dict) else None
        if not isinstance(items, list) or value.get("error"):
            raise refusal(value, self._hide)
        facts = self._report(value)
        items.reverse()
        while items:
            if ready := await self._picture(items.pop(), self.pictures, facts):
                self.pictures += 1
                yield ready

    async def _stream(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[Event, None]:
        async with aclosing(objects(chunks, self._hide, CAP)) as values:
            async for value in values:
                async with aclosing(self._event(value)) as events:
                    async for event in events:
                        yield event
                if self.pictures >= self._expected:  # not every server sends `[DONE]`
                    return

    async def _event(self, value: dict[str, Any] | None) -> AsyncGenerator[Event, None]:
        if value is None:
            self._unreadable += 1
            return
        kind = string(value.get("type"))
        if kind.endswith(PARTIAL):
            if partial := await self._partial(value):
                yield partial
        elif kind.endswith(COMPLETED):
            facts = self._report(value)
            if ready := await self._picture(value, index_of(value, self.pictures), facts):
                self.pictures += 1
                yield ready
        elif isinstance(value.get("data"), list):  # a server that cannot stream, behind one that can
            async with aclosing(self._all(value)) as events:
                async for event in events:
                    yield event
        elif error := error_of(value, "", self._hide):
            raise error

    def _report(self, value: Mapping[str, Any]) -> dict[str, str]:
        """Note the usage and how the pictures were made; the result is the latter."""
        facts = facts_of(value)
        self._facts |= facts
        if isinstance(reported := value.get("usage"), dict) and reported:
            self._usages.append(usage_of(reported, self._target))
        return facts

    async def _partial(self, value: Mapping[str, Any]) -> ImagePartial | None:
        try:
            media_type, data = await decode_image(value.get("b64_json"))
        except UpstreamInvalid:
            self._unreadable += 1
            return None
        number = count(value.get("partial_image_index")) or 0
        return ImagePartial(index_of(value, self.pictures), number, media_type, data, facts_of(value))

    async def _picture(self, item: Any, index: int, facts: Mapping[str, str]) -> ImageReady | None:
        """The picture of an object, None where it has none that can be read."""
        try:
            media_type, data, url = await self._content(item)
        except UpstreamInvalid:
            self._unreadable += 1
            return None
        prompt = string(item.get("revised_prompt"))
        return ImageReady(index, media_type, data, url, revised_prompt=prompt, facts=facts)

    async def _content(self, item: Any) -> tuple[str, bytes, str]:
        """(media type, bytes, address). Raises `UpstreamInvalid`."""
        if not isinstance(item, dict):
            raise UpstreamInvalid("The provider sent something else than a picture.")
        url = item.get("url")
        if encoded := item.pop("b64_json", None):
            return *await decode_image(encoded), ""
        if isinstance(url, str) and not DATA_URL.match(url):
            return await picture_at(self._vendor, self._target, url)
        return *await decode_image(url), ""


def index_of(value: Mapping[str, Any], default: int) -> int:
    """Which picture an event is about: OpenAI does not say, others do."""
    told = (count(value.get(name)) for name in ("image_index", "index"))
    return next((number for number in told if number is not None), default)
