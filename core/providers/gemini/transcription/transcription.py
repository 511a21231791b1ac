"""Transcription and translation: a recording becomes text.

https://ai.google.dev/gemini-api/docs/audio
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.errors import UpstreamError
from core.contract.events import AnswerMetadata, Event, Used
from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest, TranslationRequest
from core.providers.gemini.connection import Connected
from core.providers.gemini.files import uploaded
from core.providers.gemini.transcription.body import is_timed, transcript_body
from core.providers.gemini.transcription.reader import TranscriptReader
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=3600.0, idle=300.0, size=16 * http.MIB)


class GeminiTranscription(Connected):
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Deltas, segments and words, the whole transcript, then `Used`.

        https://ai.google.dev/gemini-api/docs/audio#get-transcript
        """
        async with aclosing(self._written(target, request)) as events:
            async for event in events:
                yield event

    async def translate(self, target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
        """As `transcribe`, in English. https://ai.google.dev/gemini-api/docs/audio"""
        async with aclosing(self._written(target, request)) as events:
            async for event in events:
                yield event

    async def _written(self, target: Target, request: TranscriptRequest) -> AsyncGenerator[Event, None]:
        connection, body = await self.connect(target), transcript_body(target, request)
        limits = target_limits(target, LIMITS)
        async with uploaded(connection, body, limits) as sent:
            call = connection.generate(sent, limits, streamed=request.streamed)
            if isinstance(call.content, JsonBody):
                await call.content.check()
            reader = TranscriptReader(call.hide, request, timed=is_timed(request))
            told = False
            try:
                async with (
                    await http.send(call) as response,
                    aclosing(read(response, reader)) as events,
                ):
                    async for event in events:
                        if reader.id and not told:
                            told = True
                            yield AnswerMetadata(reader.id)
                        yield event
            except UpstreamError as error:
                error.usage = reader.report.so_far()
                raise
            except (GeneratorExit, asyncio.CancelledError):
                if target.sending is not None:
                    target.sending.told = reader.report.so_far()
                raise
        yield Used(reader.report.whole())


async def read(response: http.CallResponse, reader: TranscriptReader) -> AsyncGenerator[Event, None]:
    """The events of the answer as it arrives, to its end."""
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            for event in reader.feed(chunk):
                yield event
    for event in reader.end():
        yield event
