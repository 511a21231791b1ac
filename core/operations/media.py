"""What somebody's file is, and when the words of a known text were said in it."""

from __future__ import annotations

from pathlib import Path

from core.contract.audio import Probe
from core.contract.events import TranscriptWord
from core.providers import registry


async def probe_file(path: Path | str) -> Probe:
    """Measure a file in a worker process.

    Raises `InvalidRequest` (`unsupported_media`) for what is no readable media, `Unavailable` where the extra
    for it is not installed.
    """
    found: Probe = await registry.adapter("local").probe(path)
    return found


async def align(path: Path | str, text: str) -> tuple[TranscriptWord, ...]:
    """The words of an English transcript with the times found by laying it along the sound.

    Words that cannot be placed are left out. Raises `Unsupported` for more than ten minutes of sound,
    `InvalidRequest` without sound, `Unavailable` where the extra for it is not installed.
    """
    found: tuple[TranscriptWord, ...] = await registry.adapter("local").align(path, text)
    return found


async def draw_page(path: Path | str, target: Path) -> None:
    """Write the first page of the PDF at `path` to `target` as PNG, in a worker process.

    Raises `InvalidRequest` for what is no readable PDF, `Unavailable` where the extra is not installed.
    """
    await registry.adapter("local").first_page(path, target)
