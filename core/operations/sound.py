"""Recorded sound in another format."""

from __future__ import annotations

from pathlib import Path

from core.contract.audio import AudioFormat, PcmShape
from core.providers import registry


async def encode_audio(source: Path, shape: PcmShape, target: Path, form: AudioFormat) -> None:
    """Write the raw samples of `source` to `target` as `form`, in a worker process.

    Raises `Unavailable` where the extra for it is not installed.
    """
    await registry.adapter("local").encode(source, shape, target, form)
