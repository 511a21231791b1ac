"""Images over `generateContent`: drawn from words, or from words and pictures.

https://ai.google.dev/gemini-api/docs/image-generation

One call makes one picture; the catalogue lets no request for more through to the models that it knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.chat import Media, Modality
from core.contract.errors import Unsupported, UpstreamError, UpstreamRefused
from core.contract.events import Event, Used
from core.contract.image import ImageFile, ImageRequest
from core.contract.route import Target
from core.providers.gemini.chat.contents import mime_type
from core.providers.gemini.chat.parameters import SEEDS
from core.providers.gemini.connection import Connected
from core.providers.gemini.files import uploaded
from core.providers.gemini.pictures import PictureReader
from core.providers.shared import http
from core.providers.shared.calls import target_limits
from core.providers.shared.json_body import JsonBody

LIMITS = http.CallLimits(total=600.0, idle=300.0, size=64 * http.MIB)
SAFETY = ("safetySettings", "safety_settings")


class GeminiImages(Connected):
    async def draw(self, target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, each picture, `Used`. https://ai.google.dev/gemini-api/docs/image-generation"""
        connection, body = await self.connect(target), image_body(target, request)
        limits = target_limits(target, LIMITS)
        async with uploaded(connection, body, limits) as sent:
            call = connection.generate(sent, limits, streamed=request.streamed)
            if isinstance(call.content, JsonBody):
                await call.content.check()
            reader = PictureReader(call.hide)
            try:
                async with await http.send(call) as response, aclosing(reader.read(response)) as events:
                    async for event in events:
                        yield event
            except UpstreamError as error:
                if isinstance(error, UpstreamRefused) and not reader.pictures:
                    call.sending.refused()
                error.usage = reader.report.so_far()
                raise
            except (GeneratorExit, asyncio.CancelledError):
                if target.sending is not None:
                    target.sending.told = reader.report.so_far()
                raise
        yield Used(reader.usage())


def image_body(target: Target, request: ImageRequest) -> dict[str, Any]:
    """The JSON body. Raises `Unsupported` for a mask, which Gemini's models do not know.

    Text is let through as well: without it a refusal would come without a reason.
    """
    if request.mask is not None:
        raise Unsupported("Google's image models take no mask: say in words what is to change.", param="mask")
    config: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"]}
    asked = {"aspectRatio": request.aspect_ratio, "imageSize": request.resolution}
    if image := {name: value for name, value in asked.items() if value}:
        config["imageConfig"] = image
    if request.seed is not None:
        config["seed"] = request.seed % SEEDS
    if request.n > 1:
        config["candidateCount"] = request.n
    parts = [*map(picture_part, request.images), {"text": request.prompt}]
    fields = {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}
    return fields | safety_settings(target, request)


def picture_part(file: ImageFile) -> dict[str, Any]:
    media = Media(Modality.IMAGE, file.path, file.media_type, file.size, file.name)
    return {"inlineData": {"mimeType": mime_type(file.media_type), "data": media}}


def safety_settings(target: Target, request: ImageRequest) -> dict[str, Any]:
    """Those of the caller's options, else of the endpoint's.

    https://ai.google.dev/gemini-api/docs/safety-settings
    """
    layers = (request.options.get(target.provider, {}), target.options.get("body", {}))
    found = next((value for layer in layers for name in SAFETY if (value := layer.get(name))), None)
    return {"safetySettings": found} if found else {}
