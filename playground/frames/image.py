"""Events of pictures: unfinished ones, and those that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.events import ImagePartial


def image_partial(event: ImagePartial, url: str) -> dict[str, Any]:
    """The picture can be fetched from `url` for a day, unless the run is deleted."""
    known = {"index": event.index, "number": event.number, "media_type": event.media_type}
    return {"type": "image.partial", **known, "url": url}


def image_ready(index: int, stored: Mapping[str, Any]) -> dict[str, Any]:
    """`stored` has `url` and `media_type`, `upload` where it is a file here, `revised_prompt` where the
    provider told one, and `remote` where it is at another host, which pages link to and never load."""
    return {"type": "image.ready", "index": index, **stored}
