"""The quantities of a record in words: `1,024 cached tokens in`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

NAMES: dict[str, Any] = {
    "text_in.character": ngettext_lazy("%(number)s character", "%(number)s characters", "count"),
    "text_in.token": ngettext_lazy("%(number)s token in", "%(number)s tokens in", "count"),
    "text_out.token": ngettext_lazy("%(number)s token out", "%(number)s tokens out", "count"),
    "cached_in.token": ngettext_lazy("%(number)s cached token in", "%(number)s cached tokens in", "count"),
    "reasoning_out.token": ngettext_lazy(
        "%(number)s reasoning token out", "%(number)s reasoning tokens out", "count"
    ),
    "audio_in.token": ngettext_lazy("%(number)s audio token in", "%(number)s audio tokens in", "count"),
    "audio_out.token": ngettext_lazy("%(number)s audio token out", "%(number)s audio tokens out", "count"),
    "image_in.token": ngettext_lazy("%(number)s image token in", "%(number)s image tokens in", "count"),
    "image_out.token": ngettext_lazy("%(number)s image token out", "%(number)s image tokens out", "count"),
    "image_in.image": ngettext_lazy("%(number)s image in", "%(number)s images in", "count"),
    "image_out.image": ngettext_lazy("%(number)s image out", "%(number)s images out", "count"),
    "audio_in.second": _("%(number)s s of audio in"),
    "audio_out.second": _("%(number)s s of audio out"),
    "audio_out.byte": ngettext_lazy("%(number)s byte of audio", "%(number)s bytes of audio", "count"),
}
"""By the name of a quantity; any other is told by that name."""


def units_text(units: Mapping[str, float]) -> str:
    """All quantities, those of one kind after another."""
    return ", ".join(quantity_text(name, quantity) for name, quantity in units.items())


def quantity_text(name: str, quantity: float) -> str:
    whole = quantity == int(quantity)
    shown = number_format(int(quantity) if whole else round(quantity, 2), use_l10n=True, force_grouping=True)
    if name not in NAMES:
        return f"{shown} {name}"
    return str(NAMES[name] % {"number": shown, "count": int(quantity)})
