"""Pictures of models that draw in answers to chats: `modalities`, and `images` in the answer.

https://openrouter.ai/docs/features/multimodal/image-generation
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import Unsupported, UpstreamRefused
from core.contract.events import AnswerMetadata, ChatDelta, Event, ImageReady, Unreadable, Used
from core.contract.image import ImageFile, ImageRequest
from core.contract.route import Target
from core.providers.base import ChatAdapter
from core.providers.shared.images.refusals import LONGEST, drew_nothing

CONFIG = {"aspect_ratio": "aspect_ratio", "resolution": "image_size", "quality": "quality"}
"""`image_config` in OpenRouter's names."""
PASSED_ON = (AnswerMetadata, ImageReady, Unreadable)


async def draw_by_chat(
    chat: ChatAdapter, target: Target, request: ImageRequest
) -> AsyncGenerator[Event, None]:
    """The pictures of a chat's answer, then `Used`. Raises `UpstreamRefused` with the model's words where it
    answers without a picture."""
    words, drawn = "", False
    async with aclosing(chat.chat(target, chat_request(request))) as events:
        async for event in events:
            if isinstance(event, ChatDelta):
                words = (words + event.text)[:LONGEST]
            elif isinstance(event, Used):
                if not drawn:
                    raise refused(words, event)
                yield event
            elif isinstance(event, PASSED_ON):
                drawn = drawn or isinstance(event, ImageReady)
                yield event


def refused(words: str, used: Used) -> UpstreamRefused:
    error = drew_nothing(words)
    error.usage = used.usage
    return error


def chat_request(request: ImageRequest) -> ChatRequest:
    """The picture as a chat asks for it. Raises `Unsupported` for a mask, which no chat takes."""
    if request.mask is not None:
        raise Unsupported("This model is reached by chat, which takes no mask.", param="mask")
    parts: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
    parts += [{"type": "image_url", "image_url": {"url": media(file)}} for file in request.images]
    return ChatRequest(
        request.model,
        ({"role": "user", "content": parts},),
        parameters(request),
        (Modality.IMAGE, Modality.TEXT),
        streamed=request.streamed,
        options=request.options,
        preferences=request.preferences,
    )


def parameters(request: ImageRequest) -> dict[str, Any]:
    asked = {name: getattr(request, field) for field, name in CONFIG.items()}
    config = {name: value for name, value in asked.items() if value}
    found: dict[str, Any] = {"image_config": config} if config else {}
    if request.seed is not None:
        found["seed"] = request.seed
    if request.n != 1:
        found["n"] = request.n
    return {**found, **({"user": request.user} if request.user else {})}


def media(file: ImageFile) -> Media:
    return Media(Modality.IMAGE, file.path, file.media_type, file.size, file.name)
