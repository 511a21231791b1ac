"""Turn the raw sound of a live run into the file that its listener downloads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.contract.audio import AudioFormat, PcmShape
from core.media.pool.pool import shared_pool


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file: its size and its playing time."""

    size: int
    seconds: float


async def encode(source: Path, shape: PcmShape, target: Path, form: AudioFormat) -> Encoded:
    """Write `source` (raw samples of `shape`) to `target` in `form`, with true sizes in its header.

    wav and pcm of an unchanged shape need no extra. Raises `Unavailable` with the install command where PyAV
    is missing; no partial file is left behind by a failure or a cancellation.
    """
    result = await shared_pool().result(
        "encode",
        {
            "source": str(source),
            "target": str(target),
            "format": form.value,
            "sample_rate": shape.sample_rate,
            "channels": shape.channels,
        },
    )
    return Encoded(result["bytes"], result["seconds"])
