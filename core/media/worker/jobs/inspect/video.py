"""Measurements of a video: how it is coded, how long it plays, a contact sheet of its frames."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.analysis import contact_sheet
from core.media.worker.codecs.containers import DAMAGED, VIDEO_CODECS, MediaFile, open_media
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.jobs.probe import playing_time
from core.media.worker.output import Output

LARGEST = 36_000_000
"""Pixels of one frame: a little more than 8K."""

FOREIGN = "The pictures of this video are coded in a way that cannot be read here."

Result = dict[str, Any]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `video`, `rendered`; returns `{"seconds", "audio"}`, 0 seconds without frames."""
    with open_media(args["path"]) as media:
        if media.video is None:
            return {"seconds": 0, "audio": media.audio is not None}
        found = facts(media)
    with open_media(args["path"]) as media:
        seconds = round((yield from playing_time(media, media.video, output)), 3)
    if not seconds:
        raise unreadable(DAMAGED)
    output.event("video", seconds=seconds, **found)
    yield
    with open_media(args["path"]) as media:
        sheet = yield from contact_sheet.render(media, seconds, output)
    output.image(sheet, "image/jpeg", "contact sheet")
    return {"seconds": seconds, "audio": found["audio"]}


def facts(media: MediaFile) -> Result:
    """What the container and the codec declare. Raises `JobError` for what cannot be decoded."""
    assert media.video is not None
    context = media.video.codec_context
    if context is None or context.name not in VIDEO_CODECS:
        raise unreadable(FOREIGN)
    if not 0 < context.width * context.height <= LARGEST:
        raise unreadable(
            f"A video may have {LARGEST:,} pixels; this one has {context.width * context.height:,}."
        )
    rate = media.video.average_rate
    return {
        "container": media.file_type.container,
        "codec": context.name.removeprefix("lib").replace("dav1d", "av1"),
        "width": context.width,
        "height": context.height,
        "rate": round(float(rate), 3) if rate else None,
        "bit_rate": media.video.bit_rate or None,
        "audio": media.audio is not None,
    }
