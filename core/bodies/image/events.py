"""The answer to an image request as events, in OpenAI's shape and OpenRouter's.

https://platform.openai.com/docs/api-reference/images-streaming
https://openrouter.ai/docs/api-reference/images
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bodies.files.base64_value import Base64
from core.bodies.image.response import event_fields
from core.bodies.image.usage import NO_USAGE
from core.contract.events import ChatDelta, Event, ImagePartial, ImageReady, Used
from core.contract.image import ImageMode, ImageRequest

PREFIXES = {
    ImageMode.GENERATE: "image_generation",
    ImageMode.EDIT: "image_edit",
    ImageMode.VARY: "image_edit",
}
"""Of the types of events; a variation has none of its own in any API."""


class ImageEventWriter:
    """Renders one answer: `note` gives what each event is followed by, `end` the rest.

    The last picture is held back until the usage is known. `created` is in seconds since 1970.
    """

    def __init__(self, request: ImageRequest, created: int, prefix: str = "") -> None:
        self._request = request
        self._times = {"created_at": created, "created": created}
        self._prefix = prefix or PREFIXES[request.mode]
        self._held: ImageReady | None = None
        self._facts: Mapping[str, str] = {}

    def note(self, event: Event) -> list[dict[str, Any]]:
        """The events to be sent now."""
        match event:
            case ImagePartial():
                return [self._partial(event)]
            case ImageReady():
                held, self._held = self._held, event
                return [self._completed(held, NO_USAGE)] if held else []
            case Used(usage):
                self._facts = usage.facts
            case ChatDelta(text=text) if text:
                return [{"type": f"{self._prefix}.text_chunk", "text": text, "phase": "content"}]
        return []

    @property
    def has_image(self) -> bool:
        return self._held is not None

    def end(self, usage: Mapping[str, Any]) -> dict[str, Any]:
        """The last picture with the usage of all; there must be one."""
        assert self._held is not None
        return self._completed(self._held, usage)

    def _partial(self, image: ImagePartial) -> dict[str, Any]:
        return {
            "type": f"{self._prefix}.partial_image",
            "b64_json": Base64(image.data),
            "partial_image_index": image.number,
            "index": image.index,
            "media_type": image.media_type,
            **self._times,
            **event_fields(image, self._request, self._facts),
        }

    def _completed(self, image: ImageReady, usage: Mapping[str, Any]) -> dict[str, Any]:
        address = {"url": image.url} if image.url else {}
        return {
            "type": f"{self._prefix}.completed",
            "b64_json": Base64(image.data),
            **address,
            "index": image.index,
            "media_type": image.media_type,
            **self._times,
            **event_fields(image, self._request, self._facts),
            "usage": usage,
        }
