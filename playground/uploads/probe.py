"""What is measured in an uploaded file."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

from core.contract.errors import Unavailable
from core.media import client as media
from core.models.offload import offload
from playground.models import Upload
from playground.uploads.local_file import local_path

MEDIA = ("audio/", "video/", "image/", "application/pdf")
FACTS = ("codec", "channels", "sample_rate", "video_codec", "width", "height", "pages")


async def probe(row: Upload) -> dict[str, Any]:
    """`duration` in seconds and those of `FACTS` that apply; `media_type` of `row` is corrected by content.

    Raises `InvalidRequest` for a broken file. Without the extra `local` only WAV files are measured.
    """
    if not row.media_type.startswith(MEDIA):
        return {}
    path = await offload(local_path, row)
    media.work_for(row.user_id)
    try:
        found = await media.probe(path)
    except Unavailable:
        return await offload(wav_facts, path) if row.media_type == "audio/wav" else {}
    row.media_type = found.media_type
    facts = {name: getattr(found, name) for name in FACTS}
    facts["duration"] = found.seconds
    return {name: value for name, value in facts.items() if value is not None}


def wav_facts(path: Path) -> dict[str, Any]:
    try:
        with wave.open(str(path), "rb") as file:
            rate, channels = file.getframerate(), file.getnchannels()
            return {
                "duration": round(file.getnframes() / rate, 3),
                "sample_rate": rate,
                "channels": channels,
            }
    except (wave.Error, EOFError, ZeroDivisionError):
        return {}
