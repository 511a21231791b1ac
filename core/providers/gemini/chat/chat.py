"""`POST models/{model}:generateContent`, or `streamGenerateContent` with server-sent events.

https://ai.google.dev/api/generate-content
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Any

from core.contract.chat import ChatRequest, Modality, file_parts
from core.contract.errors import UpstreamError
from core.contract.events import Event, Used
from core.contract.route import Target
from core.providers.gemini.chat.contents import contents
from core.providers.gemini.chat.events import ChatReader
from core.providers.gemini.chat.parameters import parameter_fields
from core.providers.gemini.connection import Connected
from core.providers.gemini.files import uploaded
from core.providers.shared import http
from core.providers.shared.answers.remainder import Reports, keep_open
from core.providers.shared.calls import target_limits
from core.providers.shared.chat_parameters import parameters_at
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=300.0, idle=60.0, size=128 * http.MIB)
VIDEO_LIMITS = http.CallLimits(total=600.0, idle=120.0, size=LIMITS.size)


class GeminiChat(Connected):
    async def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, then each event as it arrives, then `Used`.

        https://ai.google.dev/gemini-api/docs/text-generation
        """
        connection, body = await self.connect(target), self.chat_body(target, request)
        spans = limits(target, request)
        async with AsyncExitStack() as opened:
            body = await opened.enter_async_context(uploaded(connection, body, spans))
            call = connection.generate(body, spans, streamed=request.streamed)
            if isinstance(call.content, JsonBody):
                await call.content.check()
            reader = ChatReader(call.hide)
            reports = Reports(reader.report.whole, reader.report.so_far)
            try:
                response = await opened.enter_async_context(await http.send(call))
                chunks = await opened.enter_async_context(aclosing(response.chunks()))
                try:
                    while chunk := await anext(chunks, b""):
                        for event in reader.feed(chunk):
                            yield event
                except (GeneratorExit, asyncio.CancelledError):
                    if request.streamed:
                        keep_open(target, opened.pop_all, response, reader, reports)
                    raise
                for event in reader.end():
                    yield event
            except UpstreamError as error:
                error.usage = reports.so_far()
                raise
            except (GeneratorExit, asyncio.CancelledError):
                if target.sending is not None:
                    target.sending.told = reports.so_far()
                raise
        yield Used(reports.whole())

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """The JSON body; the model is in the address.

        https://ai.google.dev/api/generate-content#request-body
        """
        return {
            **contents(request.messages, target),
            **parameter_fields(request, target, parameters_at(request, target)),
        }


def limits(target: Target, request: ChatRequest) -> http.CallLimits:
    """Those of the target; a request with a video may take longer."""
    has_video = any(part.modality is Modality.VIDEO for part in file_parts(request))
    return target_limits(target, VIDEO_LIMITS if has_video else LIMITS)
