"""A probe: what a file is and how long it plays, counted packet by packet."""

from __future__ import annotations

from collections.abc import Generator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from core.media.file_types import FileType
from core.media.worker.codecs.containers import (
    DAMAGED,
    SILENT,
    MediaFile,
    Timeline,
    open_media,
    packet_seconds,
    timestamp,
)
from core.media.worker.codecs.demuxers import image_size, input_type, unreadable
from core.media.worker.codecs.encoders import media_library
from core.media.worker.codecs.wav import find_samples
from core.media.worker.output import Output

STEP_PACKETS = 10_000
MOST_PACKETS = 20_000_000

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in, the fields of a `Probe` out. Anything else is refused as `unsupported_media`."""
    path = Path(args["path"])
    with path.open("rb") as file:
        found = input_type(file)
        if found.is_image:
            width, height = image_size(file, found.container)
            return described(found, "image", width=width, height=height)
    if found.container == "pdf":
        return described(found, "pdf", pages=pages(path))
    if found.container == "wav" and media_library() is None:
        return described(found, "audio", **plain_wav(path))
    return (yield from measure(path, output))


def measure(path: Path, output: Output) -> Generator[None, None, Result]:
    """Audio or video: what its streams are, and how long the longer of them plays."""
    with open_media(str(path)) as media:
        audio = audio_facts(media) if media.audio is not None or media.video is None else {}
        video = video_facts(media)
    seconds = 0.0
    for stream in [name for name, facts in (("audio", audio), ("video", video)) if facts]:
        with open_media(str(path)) as media:
            seconds = max(seconds, (yield from playing_time(media, getattr(media, stream), output)))
    if not seconds:
        raise unreadable(SILENT if audio else DAMAGED)
    return described(
        media.file_type, "video" if video else "audio", seconds=round(seconds, 3), **audio, **video
    )


def described(found: FileType, kind: str, **facts: Any) -> Result:
    media_type = found.video_type if kind == "video" and found.video_type else found.media_type
    return {"kind": kind, "container": found.container, "media_type": media_type, **facts}


def audio_facts(media: MediaFile) -> Result:
    """Codec, channels and rate of the audio, of which some must decode."""
    stream = media.require_audio()
    frame = next(media.frames(), None)
    if frame is None:
        raise unreadable(SILENT)
    return {
        "codec": stream.codec_context.name.removesuffix("float"),
        "channels": frame.layout.nb_channels,
        "sample_rate": frame.sample_rate,
    }


def video_facts(media: MediaFile) -> Result:
    if media.video is None:
        return {}
    context = media.video.codec_context
    if context is None:
        return {}
    return {"video_codec": context.name, "width": context.width, "height": context.height}


def playing_time(media: MediaFile, stream: Any, output: Output) -> Generator[None, None, float]:
    """Seconds, counted over every packet of a stream; headers are not believed."""
    timeline = Timeline(media.origin)
    for number, packet in enumerate(islice(media.packets(stream), MOST_PACKETS), 1):
        output.check()
        start, seconds = timestamp(packet.dts, packet.time_base), packet_seconds(packet)
        if seconds:
            timeline.gap(start)
            timeline.extend(seconds)
        else:
            timeline.reach(start)
        if number % STEP_PACKETS == 0:
            yield
    return timeline.seconds


def plain_wav(path: Path) -> Result:
    """A wav file without any library; what its header claims beyond the end of the file does not count."""
    with path.open("rb") as file:
        found = find_samples(file, path.stat().st_size)
    if found is None:
        raise unreadable(DAMAGED)
    frames = found.size // found.frame
    if not frames:
        raise unreadable(SILENT)
    seconds = round(frames / found.sample_rate, 3)
    return {"codec": "pcm", "channels": found.channels, "sample_rate": found.sample_rate, "seconds": seconds}


def pages(path: Path) -> int | None:
    """How many pages a PDF has; None for one with a password and where pypdfium2 is missing."""
    try:
        library = import_module("pypdfium2")
    except ImportError:
        return None
    try:
        with library.PdfDocument(path) as document:
            return len(document)
    except library.PdfiumError as error:
        if "password" in str(error).lower():
            return None
        raise unreadable(DAMAGED) from None
