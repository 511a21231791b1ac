"""What a picture costs at most, by its quality and size."""

from __future__ import annotations

from core.catalogue.listing import Listing
from core.catalogue.route import route
from core.contract.errors import PolyphonyError
from core.contract.image import ImageRequest
from core.ledger.estimates import tasks as estimates

AUTO = "auto"


def image_prices(entry: Listing) -> dict[str, dict[str, float]]:
    """US dollars for one picture by quality, then by size; empty where there is no price or no endpoint."""
    limits = entry.model.limits
    found: dict[str, dict[str, float]] = {}
    for quality in dict.fromkeys((AUTO, *(limits.get("qualities") or ()))):
        for size in dict.fromkeys((AUTO, *(limits.get("sizes") or ()))):
            if (price := image_price(entry, quality, size)) is not None:
                found.setdefault(quality, {})[size] = price
    return found


def image_price(entry: Listing, quality: str, size: str) -> float | None:
    request = ImageRequest(
        model=entry.model.slug,
        prompt="x",
        quality="" if quality == AUTO else quality,
        size="" if size == AUTO else size,
    )
    try:
        found = estimates.estimate(request, route(request))
    except PolyphonyError:
        return None
    return None if found is None else float(found)
