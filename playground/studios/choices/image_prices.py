"""What pictures cost at most: by quality and size, and what else adds to the price of a request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.catalogue.listing import Listing
from core.catalogue.route import route
from core.contract.errors import PolyphonyError
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.contract.route import Route
from core.ledger.estimates import tasks as estimates

AUTO = "auto"
FILE = ImageFile("", "a.png", "image/png", 1, 1, 1)
SIDE = 4_000
"""Pixels of a size by which the price of a pixel is measured."""


def image_prices(entry: Listing) -> list[dict[str, Any]]:
    """US dollars at each endpoint of the model; empty where one has no price, or there is none.

    `pictures` are those of one picture by quality, then by size; `custom`, by quality, the price of a picture
    without pixels and of each pixel, for sizes that are not listed. To these come the price of a `file` that
    is sent along, of a `partial` picture, and of a `byte` of the prompt.
    """
    request = ImageRequest(model=entry.model.slug, prompt="x")
    try:
        found = route(request)
        return [prices_at(entry, request, one) for one in each_target(found)]
    except (PolyphonyError, Unpriced):
        return []


class Unpriced(Exception):
    """An endpoint has no price for what is asked."""


def each_target(whole: Route) -> Iterator[Route]:
    return (replace(whole, targets=(target,)) for target in whole.targets)


def prices_at(entry: Listing, request: ImageRequest, at: Route) -> dict[str, Any]:
    limits = entry.model.limits
    sizes = dict.fromkeys((AUTO, *(limits.get("sizes") or ())))
    found: dict[str, Any] = {"pictures": {}, "custom": {}}
    for quality in dict.fromkeys((AUTO, *(limits.get("qualities") or ()))):
        asked = replace(request, quality=open_word(quality))
        pictures = {size: cost(replace(asked, size=open_word(size)), at) for size in sizes}
        found["pictures"][quality] = pictures
        if limits.get("custom_size"):
            found["custom"][quality] = pixel_prices(asked, at)
    base = cost(request, at)
    sent = replace(request, mode=ImageMode.EDIT, images=(FILE,))
    found["file"] = cost(sent, at) - base if limits.get("images") else 0.0
    found["partial"] = cost(replace(request, partial_images=1, streamed=True), at) - base
    found["byte"] = cost(replace(request, prompt="xx"), at) - base
    return found


def open_word(word: str) -> str:
    return "" if word == AUTO else word


def pixel_prices(request: ImageRequest, at: Route) -> tuple[float, float]:
    least = cost(replace(request, size="1x1"), at)
    return least, (cost(replace(request, size=f"{SIDE}x{SIDE}"), at) - least) / (SIDE * SIDE - 1)


def cost(request: ImageRequest, at: Route) -> float:
    """The most that a request costs. Raises `Unpriced`."""
    found = estimates.estimate(request, at)
    if found is None:
        raise Unpriced
    return float(found)
