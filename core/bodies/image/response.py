"""The answer to an image request in one piece, in OpenAI's shape and OpenRouter's.

https://platform.openai.com/docs/api-reference/images/object
https://openrouter.ai/docs/api-reference/images
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from core.bodies.files.base64_value import Base64
from core.bodies.image.collector import FinishedImages
from core.contract.events import ImagePartial, ImageReady
from core.contract.image import ImageRequest
from core.media import image_size
from core.media.file_types import HEAD, file_type

KNOWN_BACKGROUNDS = ("transparent", "opaque")
OPEN = ("", "auto")
"""What is said of a choice that is left to the model."""


def render_images(
    answer: FinishedImages,
    request: ImageRequest,
    created: int,
    usage: Mapping[str, Any],
    urls: Sequence[str] = (),
) -> dict[str, Any]:
    """The answer. `created` is in seconds since 1970; `urls` stand for the pictures where they are given."""
    addresses = urls or [""] * len(answer.images)
    data = [image_object(image, url) for image, url in zip(answer.images, addresses, strict=True)]
    return {"created": created, "data": data, **shared_fields(answer, request), "usage": usage}


def image_object(image: ImageReady, url: str = "") -> dict[str, Any]:
    """A picture at `url`, else at the provider's address where it sent one, else its bytes."""
    address = url or image.url
    content = {"url": address} if address else {"b64_json": Base64(image.data)}
    revised = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
    return {**content, **revised, "media_type": image.media_type}


def shared_fields(answer: FinishedImages, request: ImageRequest) -> dict[str, str]:
    """What is known of all pictures: `size`, `quality`, `background`, `output_format`."""
    first = answer.images[0]
    told = known({**answer.facts, **first.facts})
    background = told.get("background") or request.background
    found = {
        "background": background if background in KNOWN_BACKGROUNDS else "",
        "output_format": format_name(first.media_type),
        "size": told.get("size") or pixels(first.data) or request.size,
        "quality": told.get("quality") or request.quality,
    }
    return {name: value for name, value in found.items() if value}


def known(facts: Mapping[str, str]) -> dict[str, str]:
    """`facts` without those that leave it open."""
    return {name: value for name, value in facts.items() if value not in OPEN}


def format_name(media_type: str) -> str:
    """`jpeg` for `image/jpeg`."""
    return media_type.partition("/")[2].partition(";")[0]


def pixels(data: bytes) -> str:
    """Width and height of a picture as `1024x1024`, from its header; empty where it has none that we know."""
    kind = file_type(data[:HEAD])
    if kind is None or kind.container not in image_size.READERS:
        return ""
    try:
        width, height = image_size.size(BytesIO(data), kind.container)
    except image_size.UnreadableImage:
        return ""
    return f"{width}x{height}"


def event_fields(
    image: ImagePartial | ImageReady, request: ImageRequest, facts: Mapping[str, str]
) -> dict[str, str]:
    """What OpenAI's events say of their picture: as the provider told of it or, in `facts`, of all, else as
    the picture shows, else as requested, else `auto`."""
    told = known({**facts, **image.facts})
    return {
        "size": told.get("size") or pixels(image.data) or request.size or "auto",
        "quality": told.get("quality") or request.quality or "auto",
        "background": told.get("background") or request.background or "auto",
        "output_format": format_name(image.media_type),
    }
