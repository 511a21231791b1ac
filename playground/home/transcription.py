"""The panel that listens: a place for a recording, and a sample of one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from core.catalogue.listing import Listing
from core.contract.text.languages import primary
from playground.studios.choices.recordings import recordings

MIB = 1024 * 1024


def panel(entry: Listing) -> dict[str, Any]:
    """`sample` is the language of the sample recording, None where no voice here speaks one."""
    found = {recording["language"]: recording for recording in recordings(entry.model)}
    language = primary(get_language() or "en")
    limit = min(settings.MAX_UPLOAD_MB, entry.model.limits.get("file_mb", settings.MAX_UPLOAD_MB))
    sample = found.get(language) or next(iter(found.values()), None)
    return {"sample": sample, "limit": limit * MIB, "limit_mb": limit}
