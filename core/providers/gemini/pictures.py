"""Reads the answer to an image request into pictures, and what it is billed by.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.contract.errors import UpstreamError, UpstreamInvalid
from core.contract.events import AnswerMetadata, Event, ImageReady, Unreadable
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.gemini.chat.finish_reasons import FILTERED
from core.providers.gemini.errors import blocked, objects, withheld
from core.providers.gemini.stream import ObjectReader, truncated
from core.providers.gemini.usage import UsageReport
from core.providers.shared import http
from core.providers.shared.images.base64 import decode_image
from core.providers.shared.images.refusals import LONGEST, drew_nothing
from core.providers.shared.json_text import string

NO_IMAGE = "NO_IMAGE"


class PictureReader:
    """Reads one answer; `pictures` is how many came so far. Pictures that are thoughts are left out."""

    def __init__(self, hide: tuple[str, ...]) -> None:
        self.pictures = 0
        self.report = UsageReport()
        self._objects = ObjectReader(hide)
        self._finishes: dict[int, str] = {}
        self._words = ""
        self._told = False

    async def read(self, response: http.CallResponse) -> AsyncGenerator[Event, None]:
        """The events of the answer. Raises where it is refused, cut short or without a picture."""
        async with aclosing(response.chunks()) as chunks:
            async for chunk in chunks:
                async with aclosing(self._events(self._objects.feed(chunk))) as events:
                    async for event in events:
                        yield event
        rest = await asyncio.to_thread(list, self._objects.end())
        async with aclosing(self._events(rest)) as events:
            async for event in events:
                yield event
        if error := self._failure():
            raise error
        if self._objects.unreadable:
            yield Unreadable(self._objects.unreadable)

    def usage(self) -> Usage:
        """Tokens as reported, and how many pictures they are of.

        Where Google does not tell what the output was, it was pictures, which cost more than texts.
        """
        reported = self.report.whole()
        drawn = Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(self.pictures))
        amounts = {(amount.kind, amount.unit): amount for amount in reported.amounts}
        image, text = (Kind.IMAGE_OUT, Unit.TOKEN), (Kind.TEXT_OUT, Unit.TOKEN)
        if image in amounts or text not in amounts:
            return replace(reported, amounts=(*reported.amounts, drawn))
        thoughts = amounts.get((Kind.REASONING_OUT, Unit.TOKEN))
        kept = thoughts.quantity if thoughts else Decimal(0)
        amounts[image] = Amount(*image, amounts[text].quantity - kept)
        amounts[text] = Amount(*text, kept)
        return replace(reported, amounts=(*amounts.values(), drawn), estimated=True)

    async def _events(self, values: Iterable[Mapping[str, Any]]) -> AsyncGenerator[Event, None]:
        for value in values:
            self.report.read(value)
            if error := blocked(value):
                raise error
            if not self._told and "candidates" in value:
                self._told = True
                yield AnswerMetadata(string(value.get("responseId")), string(value.get("modelVersion")))
            for position, candidate in enumerate(objects(value.get("candidates"))):
                index = candidate.get("index")
                number = index if type(index) is int else position
                finish = string(candidate.get("finishReason"))
                self._finishes[number] = finish or self._finishes.get(number, "")
                for picture in await self._pictures(candidate):
                    yield picture

    async def _pictures(self, candidate: Mapping[str, Any]) -> list[ImageReady]:
        content = candidate.get("content")
        found = []
        for part in objects(content.get("parts")) if isinstance(content, dict) else ():
            if part.get("thought"):
                continue
            self._words = (self._words + string(part.get("text")))[:LONGEST]
            if isinstance(inline := part.get("inlineData"), dict) and (ready := await self._picture(inline)):
                found.append(ready)
        return found

    async def _picture(self, inline: Mapping[str, Any]) -> ImageReady | None:
        try:
            media_type, data = await decode_image(inline.get("data"))
        except UpstreamInvalid:
            self._objects.unreadable += 1
            return None
        self.pictures += 1
        return ImageReady(self.pictures - 1, media_type, data)

    def _failure(self) -> UpstreamError | None:
        """Why an answer that has ended is none."""
        if not self._finishes or not all(self._finishes.values()):
            return truncated()
        if self.pictures:
            return None
        reason = next(iter(self._finishes.values()))
        if reason in FILTERED and reason != NO_IMAGE:
            return withheld(reason, "to draw this")
        if self._objects.unreadable:
            return UpstreamInvalid("The provider sent no picture that can be read.")
        return drew_nothing(self._words)
