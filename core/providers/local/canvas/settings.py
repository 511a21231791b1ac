"""The size, quality and form of a picture, from a request."""

from __future__ import annotations

import math
import re
import secrets

from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageFormat, ImageRequest

SMALLEST, LARGEST = 256, 2048
DEFAULT = (1024, 1024)
SIDES = {"": 1024, "1K": 1024, "2K": 2048}
QUALITIES = {"": "medium", "auto": "medium", "standard": "medium", "hd": "high"}
OWN_QUALITIES = ("low", "medium", "high")
STYLES = ("", "vivid", "natural")
BACKGROUNDS = ("", "auto", "opaque", "transparent")
MOST = 10
MOST_PARTIAL = 3
SEEDS = 1_000_000
"""Seeds that we choose are below, so that people can copy them."""

LARGEST_SEED = 10**15
SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
RATIO = re.compile(r"(\d{1,2}):(\d{1,2})")


def size_of(request: ImageRequest) -> tuple[int, int] | None:
    """Width and height in pixels; None where the request leaves it to us. Raises `InvalidRequest`."""
    if request.aspect_ratio:
        return size_of_ratio(request.aspect_ratio, request.resolution)
    if request.size in ("", "auto"):
        side = SIDES[resolution(request.resolution)]
        return (side, side) if request.resolution else None
    found = SIZE.fullmatch(request.size.strip().lower().replace("×", "x"))
    sides = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(SMALLEST <= side <= LARGEST for side in sides):
        raise InvalidRequest(
            f"size is WIDTHxHEIGHT, each from {SMALLEST} to {LARGEST}, such as 1024x1024.", param="size"
        )
    return sides


def size_of_ratio(ratio: str, wanted: str) -> tuple[int, int]:
    """About as many pixels as a square of the resolution, no side beyond the largest."""
    found = RATIO.fullmatch(ratio.strip())
    across, down = (int(found[1]), int(found[2])) if found else (0, 0)
    if not across or not down or not 1 / 4 <= across / down <= 4:
        raise InvalidRequest("aspect_ratio is like 16:9, at most 4 to 1.", param="aspect_ratio")
    area = SIDES[resolution(wanted)] ** 2
    factor = min(1.0, LARGEST / math.sqrt(area * max(across / down, down / across)))
    sides = (math.sqrt(area * across / down) * factor, math.sqrt(area * down / across) * factor)
    wide, high = (min(max(8 * round(side / 8), SMALLEST), LARGEST) for side in sides)
    return wide, high


def resolution(wanted: str) -> str:
    if wanted.upper() not in SIDES:
        raise Unsupported("resolution is 1K or 2K here.", param="resolution")
    return wanted.upper()


def quality_of(request: ImageRequest) -> str:
    quality = QUALITIES.get(request.quality, request.quality)
    if quality not in OWN_QUALITIES:
        raise InvalidRequest(f"quality is one of {', '.join(OWN_QUALITIES)}.", param="quality")
    return quality


def format_of(request: ImageRequest) -> ImageFormat:
    """PNG where nobody asked for another. Raises `Unsupported` for a see-through JPEG."""
    form = ImageFormat.PNG if request.format is ImageFormat.AUTO else request.format
    if form is ImageFormat.JPEG and request.background == "transparent":
        raise Unsupported("JPEG has no transparency: ask for png or webp.", param="output_format")
    return form


def check(request: ImageRequest) -> None:
    """Raise `InvalidRequest` for what is out of range, before any worker is asked."""
    if not 1 <= request.n <= MOST:
        raise InvalidRequest(f"n is from 1 to {MOST}.", param="n")
    if request.style not in STYLES:
        raise InvalidRequest("style is vivid or natural.", param="style")
    if request.background not in BACKGROUNDS:
        raise InvalidRequest("background is transparent, opaque or auto.", param="background")
    if not 0 <= request.partial_images <= MOST_PARTIAL:
        raise InvalidRequest(f"partial_images is from 0 to {MOST_PARTIAL}.", param="partial_images")
    if request.compression is not None and not 0 <= request.compression <= 100:
        raise InvalidRequest("output_compression is from 0 to 100.", param="output_compression")
    if request.seed is not None and not 0 <= request.seed <= LARGEST_SEED:
        raise InvalidRequest(f"seed is from 0 to {LARGEST_SEED:,}.", param="seed")


def seeds_of(request: ImageRequest, named: int | None) -> list[int]:
    """One for each picture: the request's, else that which the prompt names, and those after it; else new
    ones."""
    first = request.seed if request.seed is not None else named
    if first is not None:
        return [first + number for number in range(request.n)]
    return [secrets.randbelow(SEEDS) for _ in range(request.n)]
