"""Recordings of voices by their vendors: fetched once, then kept and served as files of ours."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.catalogue.entries import ModelEntry, VoiceEntry
from core.models.offload import offload
from core.operations.voice_samples import TYPES, fetch_sample
from playground.uploads.storage import save_file

MEDIA_TYPES = {found.extension: found.media_type for found in TYPES}


async def vendor_sample(model: ModelEntry, voice: VoiceEntry) -> str | None:
    """Storage name of the vendor's recording; None where there is none. Raises from the error tree.

    Two who ask at the same time may both fetch it, which costs nothing.
    """
    if not voice.sample_url:
        return None
    base = f"samples/{hashlib.sha256(voice.sample_url.encode()).hexdigest()[:32]}"
    if name := await offload(stored, base):
        return name
    found = await fetch_sample(model, voice)
    if found is None:
        return None
    content, kind = found
    return await offload(save_file, f"{base}.{kind.extension}", ContentFile(content))


def stored(base: str) -> str | None:
    """The name of the file that was kept before, whatever its type."""
    names = (f"{base}.{extension}" for extension in MEDIA_TYPES)
    return next((name for name in names if default_storage.exists(name)), None)
