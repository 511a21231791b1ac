"""A job of the workers for one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.contract.image import ImageRequest
from core.providers.local.canvas import settings


@dataclass(frozen=True, slots=True)
class Work:
    """`description` tells users what the picture `index` is, from the worker's event about it."""

    job: str
    args: Mapping[str, Any]
    media_type: str
    description: Callable[[int, Mapping[str, Any]], str]


def common_arguments(request: ImageRequest) -> dict[str, Any]:
    """What every job takes of a request."""
    return {
        "quality": settings.quality_of(request),
        "format": settings.format_of(request).value,
        "compression": request.compression,
        "partials": request.partial_images if request.streamed else 0,
    }


def shorten(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
