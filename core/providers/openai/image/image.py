"""`POST /images/…`: pictures drawn from words, changed or varied; they come whole or sharpen step by step.

https://platform.openai.com/docs/api-reference/images
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.errors import UpstreamError, UpstreamRefused
from core.contract.events import AnswerMetadata, Event, Used
from core.contract.image import ImageMode, ImageRequest
from core.contract.route import Target
from core.providers.openai.answer_id import answer_id
from core.providers.openai.chat.chat import OpenAIChat
from core.providers.openai.image.answer import ImageReader
from core.providers.openai.image.body import PATHS, image_fields, image_form
from core.providers.openai.image.by_chat import draw_by_chat
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=600.0, idle=300.0, size=64 * http.MIB)
"""Nothing comes while a picture is drawn, which may take minutes."""
PICTURE_SECONDS, PICTURE_BYTES = 180.0, 32 * http.MIB


class OpenAIImages(OpenAIChat):
    async def draw(self, target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata` where the answer has an id, each picture as it arrives, then `Used`.

        The endpoint's option `images_by_chat` says that its model draws in answers to chats only.
        """
        by_chat = target.options.get("images_by_chat")
        source = draw_by_chat(self, target, request) if by_chat else self._draw(target, request)
        async with aclosing(source) as events:
            async for event in events:
                yield event

    async def _draw(self, target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
        call = self.image_call(target, request)
        if isinstance(call.content, JsonBody):
            await call.content.check()
        reader, id = ImageReader(self.vendor, target, request.n, call.hide), ""
        try:
            async with await http.send(call) as response, aclosing(reader.read(response)) as events:
                if id := answer_id(response.headers):
                    yield AnswerMetadata(id)
                async for event in events:
                    yield event
        except UpstreamError as error:
            if isinstance(error, UpstreamRefused) and not reader.pictures:
                call.sending.refused()
            error.usage = reader.so_far()
            self.cost_follows(target, id, error.usage)
            raise
        except (GeneratorExit, asyncio.CancelledError):
            told = reader.so_far()
            if target.sending is not None:
                target.sending.told = told
            self.cost_follows(target, id, told)
            raise
        usage = reader.usage()
        self.cost_follows(target, id, usage)
        yield Used(usage)

    def image_call(self, target: Target, request: ImageRequest) -> http.Call:
        """The call of the endpoint that does what is asked: JSON without files, else a form with them."""
        limits, path = target_limits(target, limits_for(request)), PATHS[request.mode]
        if request.mode is ImageMode.GENERATE and not request.images:
            return self.vendor.json_call(target, "POST", path, image_fields(target, request), limits)
        return self.vendor.form_call(target, path, image_form(target, request), limits)


def limits_for(request: ImageRequest) -> http.CallLimits:
    """Many pictures take longer, and more room."""
    total, size = request.n * PICTURE_SECONDS, request.n * PICTURE_BYTES
    return http.CallLimits(max(LIMITS.total, total), LIMITS.idle, max(LIMITS.size, size))
