"""`POST /responses`: a chat whose model may have pictures drawn by an image model, its tool.

https://platform.openai.com/docs/api-reference/responses/create
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.errors import UpstreamError
from core.contract.events import Event, Used
from core.contract.route import Target
from core.providers.openai.chat.messages import is_openai
from core.providers.openai.responses.fields import parameter_fields
from core.providers.openai.responses.input import input_items
from core.providers.openai.responses.reader import ResponseReader
from core.providers.openai.vendor import OpenAICalls
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=600.0, idle=300.0, size=64 * http.MIB)
"""Nothing comes while a picture is drawn, which may take minutes."""
PICTURE_BYTES = 96 * http.MIB
"""Of one picture: it comes unfinished up to three times, then whole in two events."""


class OpenAIResponses(OpenAICalls):
    async def respond(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, then each event as it arrives, then `Used`."""
        fields, bounds = body(target, request), limits(target, request)
        call = self.vendor.json_call(target, "POST", "responses", fields, bounds)
        if isinstance(call.content, JsonBody):
            await call.content.check()
        reader = ResponseReader(target, call.hide)
        try:
            async with await http.send(call) as response, aclosing(reader.read(response)) as events:
                async for event in events:
                    yield event
        except UpstreamError as error:
            error.usage = reader.so_far()
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if target.sending is not None:
                target.sending.told = reader.so_far()
            raise
        yield Used(reader.usage())


def body(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The JSON body. Nothing is stored at the provider: what is to be known again is sent again."""
    fields = {"model": target.model, "input": input_items(request.messages), "store": False}
    fields |= parameter_fields(target, request)
    if request.streamed:
        fields["stream"] = True
        if not target.options.get("stream_obfuscation", not is_openai(target)):
            fields["stream_options"] = {"include_obfuscation": False}
    return fields


def limits(target: Target, request: ChatRequest) -> http.CallLimits:
    size = LIMITS.size + request.most_pictures * PICTURE_BYTES
    return target_limits(target, http.CallLimits(LIMITS.total, LIMITS.idle, size))
