"""Image files: finished pictures encoded without metadata, coarse ones made as large as the finished one."""

from __future__ import annotations

import io
from typing import Any

from core.media.worker.libraries import pillow

QUALITY = 90
"""Of JPEG and WebP where nobody asked for another."""

LOSSLESS = 100


def encode(image: Any, form: str, compression: int | None = None) -> bytes:
    """The bytes of a PNG, JPEG or WebP file; `compression` is a quality from 0 to 100."""
    quality = QUALITY if compression is None else compression
    clean = image.copy()
    clean.info = {}
    buffer = io.BytesIO()
    if form == "jpeg":
        subsampling = 0 if quality >= QUALITY else 2
        on_white(clean).save(buffer, "JPEG", quality=max(1, quality), subsampling=subsampling)
    elif form == "webp":
        clean.save(buffer, "WEBP", quality=quality, lossless=quality == LOSSLESS, method=4, exact=True)
    else:
        clean.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def enlarge(image: Any, size: tuple[int, int]) -> Any:
    """A coarse picture in the size of the finished one."""
    return image if image.size == size else image.resize(size, pillow().Resampling.BICUBIC)


def on_white(image: Any) -> Any:
    """The image without transparency, for formats that have none."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    whole = pillow().new("RGBA", image.size, (255, 255, 255, 255))
    whole.alpha_composite(image)
    return whole.convert("RGB")
