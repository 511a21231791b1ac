"""Pictures in one piece: their bytes in base64, or addresses here that expire."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.responses import Response

from core.api.files.image_upload import ImageUpload
from core.api.http.answer_cache import cache_headers
from core.api.http.json_pieces import PiecesResponse
from core.api.http.json_response import JSON
from core.api.http.responders import CompleteResponder
from core.api.http.streaming import generation_headers
from core.bodies.chat.usage import chat_usage
from core.bodies.image.collector import FinishedImages, ImageCollector
from core.bodies.image.response import render_images
from core.bodies.image.usage import image_usage
from core.contract.errors import PolyphonyError, UpstreamInvalid
from core.contract.events import Started
from core.gateway import Session
from core.image_files import store
from core.models.offload import offload


class ImageResponder(CompleteResponder):
    """Pictures in one piece; `base` is the address of the API, to which that of a picture is added. A picture
    with an address is kept for `seconds`, or as long as the address lasts."""

    def __init__(self, session: Session, upload: ImageUpload, base: str, seconds: int = 0) -> None:
        super().__init__(session, upload)
        self.request = upload.request
        self.as_urls = upload.body.response_format == "url"
        self.base = base
        self.seconds = seconds
        self.created = int(time.time())

    async def response(self) -> Response:
        answer, started, failure = await self.collect()
        if not answer.images:
            raise failure or no_image()
        urls = await self.urls(answer) if self.as_urls else ()
        content = render_images(answer, self.request, self.created, self.usage(), urls)
        if failure is not None:
            content["error"] = failure.envelope()
        return PiecesResponse(content, self.headers(JSON, started))

    async def collect(self) -> tuple[FinishedImages, Started | None, PolyphonyError | None]:
        """The pictures, their attempt, and the failure after which the rest of them is missing: those that
        are there have been paid for."""
        collector, started, failure = ImageCollector(), None, None
        try:
            async with aclosing(self.session.events()) as events:
                async for event in events:
                    collector.note(event)
                    started = event if isinstance(event, Started) else started
        except PolyphonyError as error:
            failure = error
            self.add_facts(error)
        return collector.finish(self.request), started, failure

    async def urls(self, answer: FinishedImages) -> list[str]:
        """The addresses of the pictures; that of the provider where it sent no bytes."""
        stored = [image.data for image in answer.images if image.data]
        tokens = iter(await offload(store.save, stored, self.seconds))
        return [
            f"{self.base}/images/files/{next(tokens)}" if image.data else image.url for image in answer.images
        ]

    def headers(self, media_type: str, started: Started | None) -> Mapping[str, str]:
        cost = self.session.receipt.cost if self.session.receipt else None
        headers = generation_headers(media_type, self.session.id, self.session.route, started, cost)
        return headers | cache_headers(self.session)

    def usage(self) -> Mapping[str, Any]:
        """The `usage` object of the settled request."""
        assert self.session.receipt is not None
        return image_usage(self.session.receipt)


class RouterImageResponder(ImageResponder):
    """The same with the `usage` of OpenRouter."""

    def usage(self) -> Mapping[str, Any]:
        assert self.session.receipt is not None
        return chat_usage(self.session.receipt)


def no_image() -> UpstreamInvalid:
    return UpstreamInvalid("The provider sent no image.")
