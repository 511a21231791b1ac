"""The panel that draws: a prompt, and a picture that `local/canvas` made of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.catalogue.listing import Listing


def panel(entry: Listing) -> dict[str, Any]:
    """`text` is the prompt of the picture `static/playground/pictures/dusk.webp`."""
    return {"text": _("Mountains at dusk")}
