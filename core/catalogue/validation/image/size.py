"""Checks the size of pictures: in pixels, or as an aspect ratio and a resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.conf import settings

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.image.errors import has, is_known, not_among, unsupported
from core.contract.errors import InvalidRequest
from core.contract.image import ImageRequest

AUTO = "auto"
TOLERANCE = 0.04
"""How far the aspect ratio that stands in for a size may be from its own, as a share."""


def size_changes(request: ImageRequest, model: ModelEntry) -> dict[str, Any]:
    """Fields to be sent instead of those asked for: a model without rules for sizes gets the aspect ratio
    that is nearest to the size, and the other way round the size that has exactly the aspect ratio.

    Raises `InvalidRequest` or `Unsupported` naming what the model takes; in strict mode nothing stands in.
    """
    if request.size and (request.aspect_ratio or request.resolution):
        raise InvalidRequest("Send either size, or aspect_ratio and resolution.", param="size")
    if not is_known(model):
        return {}
    check_resolution(request.resolution, model)
    if request.size:
        return changes_of_size(request.size, model)
    return changes_of_ratio(request.aspect_ratio, model) if request.aspect_ratio else {}


def check_resolution(resolution: str, model: ModelEntry) -> None:
    resolutions = model.limits.get("resolutions", ())
    if not resolution or resolution in resolutions:
        return
    if resolutions:
        raise not_among(model, "resolution", resolution, resolutions)
    raise unsupported(model, "resolution", "has one resolution only", has("resolutions"))


def changes_of_size(size: str, model: ModelEntry) -> dict[str, Any]:
    sizes, ratios = model.limits.get("sizes", ()), model.limits.get("aspect_ratios", ())
    if size in sizes:
        return {}
    if size == AUTO:
        return {"size": ""}
    pixels = parse_size(size)
    custom = model.limits.get("custom_size")
    if pixels and fits_custom_size(pixels, custom):
        return {}
    exact = custom or settings.STRICT_REQUESTS
    near = nearest(Fraction(*pixels), ratios) if pixels and not exact else None
    if near is not None:
        return {"size": "", "aspect_ratio": near}
    raise size_refused(size, model)


def size_refused(size: str, model: ModelEntry) -> InvalidRequest:
    sizes, ratios = model.limits.get("sizes", ()), model.limits.get("aspect_ratios", ())
    if custom := model.limits.get("custom_size"):
        takes = f"{', '.join(sizes)} or any width and height {custom_rules(custom)}"
    elif sizes:
        takes = ", ".join(sizes)
    elif ratios:
        takes = f"the aspect ratios {', '.join(ratios)}"
    else:
        return unsupported(model, "size", "draws in one size only", has("sizes", "custom_size"))
    return InvalidRequest(
        f"{model.slug} has no size {size[:40]!r}. It takes {takes}.",
        param="size",
        metadata={"values": list(sizes or ratios)},
    )


def changes_of_ratio(ratio: str, model: ModelEntry) -> dict[str, Any]:
    sizes, ratios = model.limits.get("sizes", ()), model.limits.get("aspect_ratios", ())
    if ratio in ratios:
        return {}
    if ratio == AUTO:
        return {"aspect_ratio": ""}
    if ratios:
        raise not_among(model, "aspect_ratio", ratio, ratios)
    wanted = parse_ratio(ratio)
    same = (size for size in sizes if (pixels := parse_size(size)) and Fraction(*pixels) == wanted)
    size = None if settings.STRICT_REQUESTS else next(same, None)
    if size is not None:
        return {"aspect_ratio": "", "size": size}
    if sizes:
        raise InvalidRequest(
            f"{model.slug} has no aspect ratio {ratio[:40]!r}. It takes size: {', '.join(sizes)}.",
            param="aspect_ratio",
            metadata={"values": list(sizes)},
        )
    raise unsupported(model, "aspect_ratio", "has one aspect ratio only", has("aspect_ratios"))


def parse_size(size: str) -> tuple[int, int] | None:
    """(1536, 1024) for `1536x1024`; None for what is no size in pixels."""
    width, _x, height = size.partition("x")
    return (int(width), int(height)) if is_length(width) and is_length(height) else None


def parse_ratio(ratio: str) -> Fraction | None:
    """3/2 for `3:2`; None for what is no ratio."""
    width, _colon, height = ratio.partition(":")
    return Fraction(int(width), int(height)) if is_length(width) and is_length(height) else None


def is_length(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= 5 and int(text) > 0


def fits_custom_size(pixels: tuple[int, int], rules: Mapping[str, Any] | None) -> bool:
    """Whether the rules of a model allow a width and a height."""
    if rules is None:
        return False
    width, height = pixels
    least, most = rules.get("pixels", (0, width * height))
    narrowest, widest = rules.get("ratio", (0, width))
    return (
        width % rules.get("multiple", 1) == height % rules.get("multiple", 1) == 0
        and max(width, height) <= rules.get("edge", max(width, height))
        and least <= width * height <= most
        and narrowest <= width / height <= widest
    )


def custom_rules(rules: Mapping[str, Any]) -> str:
    """The rules as the end of a sentence."""
    parts = []
    if rules.get("multiple", 1) > 1:
        parts.append(f"divisible by {rules['multiple']}")
    if "edge" in rules:
        parts.append(f"of at most {rules['edge']:,}")
    if "ratio" in rules:
        parts.append("with a ratio from {:.2g} to {:.2g}".format(*rules["ratio"]))
    if "pixels" in rules:
        parts.append("with {:,} to {:,} pixels".format(*rules["pixels"]))
    return ", ".join(parts)


def nearest(wanted: Fraction, ratios: Sequence[str]) -> str | None:
    """The ratio that is nearest to the wanted one; None where all are too far from it."""
    known = [(abs(float(value / wanted) - 1), ratio) for ratio in ratios if (value := parse_ratio(ratio))]
    distance, ratio = min(known, default=(1.0, ""))
    return ratio if distance <= TOLERANCE else None
