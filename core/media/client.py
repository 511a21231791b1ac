"""The interface of the worker processes, where untrusted files are parsed.

Each function runs the job of its name in `core.media.worker.jobs`; `run` serves the adapter of local models.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.contract.audio import AudioFormat, PcmShape, Probe
from core.contract.errors import Unavailable
from core.contract.events import TranscriptWord
from core.contract.image import ImageFormat
from core.media.installed import alignment_hint
from core.media.pool.job import Message
from core.media.pool.kinds import description, machine_memory
from core.media.pool.pool import current_caller
from core.media.pool.running_job import RunningJob
from core.media.pool.shared import close_shared_pools, shared_pool


def work_for(caller: Hashable) -> None:
    """For whom the running task works: callers take turns, and each has a limited number of jobs."""
    current_caller.set(caller)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file: its size in bytes and its playing time."""

    size: int
    seconds: float


async def probe(path: Path | str) -> Probe:
    """Measure the file at `path` by its content: audio, video, image or PDF.

    Raises `InvalidRequest` (`unsupported_media`) for anything else and for what is damaged or empty,
    `Unavailable` with the install command where PyAV is missing; images, PDF and plain wav need nothing.
    """
    return Probe(**await result("probe", {"path": str(path)}))


async def encode(source: Path, shape: PcmShape, target: Path, form: AudioFormat) -> Encoded:
    """Write `source` (raw samples of `shape`) to `target` in `form`, with true sizes in its header.

    wav and pcm of an unchanged shape need no extra. Raises `Unavailable` with the install command where PyAV
    is missing; no partial file is left behind by a failure or a cancellation.
    """
    encoded = await result(
        "encode",
        {
            "source": str(source),
            "target": str(target),
            "format": form.value,
            "sample_rate": shape.sample_rate,
            "channels": shape.channels,
        },
    )
    return Encoded(encoded["bytes"], encoded["seconds"])


def encode_growing(source: Path, shape: PcmShape, form: AudioFormat) -> RunningJob:
    """Encode `source` (raw samples of `shape`) in `form` while it is written: `feed` the job as the file
    grows; its messages are the event `audio`, with the rate and channels in `form`, and bytes.

    The first bytes of wav claim an unknown length. Raises `RateLimited`, and reading the messages
    `Unavailable` where PyAV is missing.
    """
    args = {
        "source": str(source),
        "format": form.value,
        "sample_rate": shape.sample_rate,
        "channels": shape.channels,
    }
    return shared_pool("encode").open("encode", args, growing=True)


async def transcode(path: Path | str, target: Path, form: AudioFormat, most_bytes: int) -> Encoded:
    """Write the audio of the file at `path` to `target` in `form`, 16 kHz and mono.

    Raises `InvalidRequest` for a file without audio or (`too_large`) where `target` would have more than
    `most_bytes`, `Unavailable` where PyAV is missing; no partial file is left behind.
    """
    args = {"path": str(path), "target": str(target), "format": form.value, "most_bytes": most_bytes}
    found = await result("transcode", args)
    return Encoded(found["bytes"], found["seconds"])


async def align(path: Path | str, text: str) -> tuple[TranscriptWord, ...]:
    """The words of an English `text` with their times in the file, in the text's spelling and order.

    Words that the dictionary lacks (names, numbers in digits) are left out; the result is empty when the text
    cannot be aligned with the audio at all. Raises `Unsupported` for more than ten minutes, `InvalidRequest`
    for a file without audio, `Unavailable` without the extra.
    """
    if hint := alignment_hint():
        raise Unavailable(f"pocketsphinx is not installed here: {hint}")
    aligned = await result("align", {"path": str(path), "text": text})
    return tuple(TranscriptWord(word, start, end) for word, start, end in aligned["words"])


async def draw_page(path: Path | str, target: Path | str) -> None:
    """Write the first page of the PDF at `path` to `target` as PNG.

    Raises `InvalidRequest` for what is no readable PDF, `Unavailable` where the extra for it is missing.
    """
    await result("draw_page", {"path": str(path), "target": str(target)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished image file: its size in bytes, its width and height in pixels."""

    size: int
    width: int
    height: int


async def reencode_image(
    path: Path | str,
    target: Path | str,
    form: ImageFormat,
    *,
    edge: int | None = None,
    quality: int | None = None,
) -> Picture:
    """Write the picture at `path` to `target` in `form` (`AUTO` is PNG): its pixels, upright and in sRGB, the
    first frame only, and no metadata; within `edge` pixels a side. `quality` is for JPEG and WebP.

    Raises `InvalidRequest` for what is no picture, damaged or too large, `Unavailable` with the install
    command where Pillow is missing; no partial file is left behind.
    """
    name = ImageFormat.PNG if form is ImageFormat.AUTO else form
    args = {"path": str(path), "target": str(target), "format": name.value, "edge": edge, "quality": quality}
    found = await result("reencode_image", args)
    return Picture(found["bytes"], found["width"], found["height"])


def run(job: str, args: Mapping[str, Any]) -> AsyncGenerator[Message, None]:
    """The messages of a job that sends some before its result: as `Pool.run`."""
    return shared_pool(job).run(job, args)


async def result(job: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a job, as its module documents it. Raises as `Pool.run`."""
    return await shared_pool(job).result(job, args)


def memory_description() -> str:
    """One line for the operator: how many workers there may be, and what memory they may take."""
    return description(machine_memory(), os.cpu_count() or 1)


async def close() -> None:
    """Stop the worker processes; later work starts new ones."""
    await asyncio.to_thread(close_shared_pools)
