"""The choices of the tab that draws: what a model can be told, as (value, label)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalogue.entries import ModelEntry

AUTO = "auto"
CUSTOM = "custom"
CHOICES = {
    "size": "sizes",
    "aspect_ratio": "aspect_ratios",
    "resolution": "resolutions",
    "quality": "qualities",
    "style": "styles",
    "background": "backgrounds",
    "output_format": "formats",
}
"""Parameters with a choice of words, and the limit of the model that lists them."""

LABELS = {
    "low": gettext_lazy("Low"),
    "medium": gettext_lazy("Medium"),
    "high": gettext_lazy("High"),
    "xhigh": gettext_lazy("Very high"),
    "max": gettext_lazy("Highest"),
    "standard": gettext_lazy("Standard"),
    "hd": gettext_lazy("Fine"),
    "vivid": gettext_lazy("Vivid"),
    "natural": gettext_lazy("Natural"),
    "opaque": gettext_lazy("Opaque"),
    "transparent": gettext_lazy("Transparent"),
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WebP",
}

Choices = list[tuple[str, str]]


def choices(model: ModelEntry) -> dict[str, Choices]:
    """By parameter; empty where the model cannot be told. The first has no value: the model chooses."""
    found = {name: words(model.limits.get(limit)) for name, limit in CHOICES.items()}
    if model.limits.get("custom_size"):
        found["size"] = [*(found["size"] or [automatic()]), (CUSTOM, _("Custom"))]
    return found


def words(values: Iterable[str] | None) -> Choices:
    listed = [(value, label(value)) for value in values or () if value != AUTO]
    return [automatic(), *listed] if listed else []


def automatic() -> tuple[str, str]:
    return "", _("Automatic")


def label(value: str) -> str:
    """A word in the page's language, `1024 × 1024` for a size, else the value itself."""
    if value in LABELS:
        return str(LABELS[value])
    width, x, height = value.partition("x")
    return f"{width} × {height}" if x and width.isdecimal() and height.isdecimal() else value


def custom_size(limits: Mapping[str, Any]) -> dict[str, int]:
    """`edge`: the most pixels of a side, `multiple`: of which each is one; empty without custom sizes."""
    found = limits.get("custom_size")
    return {"edge": found.get("edge", 4096), "multiple": found.get("multiple", 1)} if found else {}
