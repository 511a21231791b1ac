"""Collects the events of an image request into finished pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.contract.events import Event, ImageReady, Used
from core.contract.image import ImageRequest


@dataclass(frozen=True, slots=True)
class FinishedImages:
    """The pictures in order; `facts` are the size and the quality that the provider says they have."""

    images: tuple[ImageReady, ...]
    facts: Mapping[str, str]


@dataclass(slots=True)
class ImageCollector:
    """The `Collector` of pictures. Unfinished ones are no part of the answer."""

    images: dict[int, ImageReady] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    def note(self, event: Event) -> None:
        match event:
            case ImageReady(index):
                self.images[index] = event
            case Used(usage):
                self.facts = usage.facts

    def finish(self, request: ImageRequest) -> FinishedImages:
        """The pictures so far; the request adds nothing to them."""
        return FinishedImages(tuple(self.images[index] for index in sorted(self.images)), self.facts)
