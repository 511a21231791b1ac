"""What a file is: asked of a worker process, because strangers made the file."""

from __future__ import annotations

from pathlib import Path

from core.contract.audio import Probe
from core.media.pool.pool import shared_pool


async def probe(path: Path | str) -> Probe:
    """Measure the file at `path` by its content: sound, video, picture or PDF.

    Raises `InvalidRequest` (`unsupported_media`) for anything else and for what is damaged or empty,
    `Unavailable` with the install command where PyAV is missing; pictures, PDF and plain wav need nothing.
    """
    return Probe(**await shared_pool().result("probe", {"path": str(path)}))
