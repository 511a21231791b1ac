"""The first page of a PDF as a picture, drawn by a worker process."""

from __future__ import annotations

from pathlib import Path

from core.media.pool.pool import shared_pool


async def first_page(path: Path | str, target: Path | str) -> None:
    """Write the first page of the PDF at `path` to `target` as PNG.

    Raises `InvalidRequest` for what is no readable PDF, `Unavailable` where the extra for it is missing.
    """
    await shared_pool().result("draw_page", {"path": str(path), "target": str(target)})
