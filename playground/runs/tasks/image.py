"""A run of pictures: each finished one is stored as a file of its owner, unfinished ones as files without a
row, which pages that come late to the run still ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.urls import reverse

from core.contract.events import Event, ImagePartial, ImageReady, Receipt
from core.contract.image import ImageRequest
from core.contract.route import Target
from core.models.offload import offload
from playground import frames
from playground.requests.run_request import RunRequest
from playground.runs.image_file import erase_partials, store_image, store_partial
from playground.runs.log import Log
from playground.runs.tasks.results import RunResults


def new_results(run: UUID, user_id: int, request: RunRequest, log: Log) -> ImageResults:
    return ImageResults(run, user_id, request, log)


class ImageResults(RunResults):
    """`images` are the finished pictures in the order of their indexes, as `Run.answer` stores them."""

    def __init__(self, run: UUID, user_id: int, request: RunRequest, log: Log) -> None:
        super().__init__(run, user_id, request, log)
        self.asked = cast(ImageRequest, request.request)
        self.images: dict[int, dict[str, Any]] = {}
        self.partials: list[str] = []

    @property
    def delivered(self) -> bool:
        return bool(self.images)

    async def add(self, event: Event) -> None:
        if type(event) is ImagePartial:
            await self.add_partial(event)
        elif type(event) is ImageReady:
            await self.add_image(event)
        else:
            await super().add(event)

    async def add_partial(self, event: ImagePartial) -> None:
        self.partials.append(await offload(store_partial, self.user_id, self.run, event))
        url = reverse("playground:partial_image", args=[self.run, event.index, event.number])
        self.append(frames.image_partial(event, url))

    async def add_image(self, event: ImageReady) -> None:
        """Store a picture, or only its address where it is at another host, and append its event."""
        if event.data:
            stored = await offload(store_image, self.user_id, self.run, event.index + 1, event)
        else:
            stored = {"url": event.url, "media_type": event.media_type, "remote": True}
        if event.revised_prompt:
            stored["revised_prompt"] = event.revised_prompt
        self.images[event.index] = stored
        self.append(frames.image_ready(event.index, stored))

    def discard(self) -> None:
        erase_partials(self.partials)

    def columns(self, receipt: Receipt | None, targets: Sequence[Target]) -> dict[str, Any]:
        """`answer` has the mode, the prompt as its `question`, and the pictures."""
        return {
            "answer": {
                "mode": self.asked.mode.value,
                "question": self.asked.prompt,
                "images": [self.images[index] for index in sorted(self.images)],
            }
        }

    def receipt_fields(self, receipt: Receipt) -> dict[str, Any]:
        return {"images": len(self.images)}
