"""Worker side of looking at a video: how it is coded, how long it plays, a sheet of its pictures."""

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


def inspect(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `video`, `picture`; returns `{"seconds", "sound"}`, 0 without pictures."""
    with open_media(args["path"]) as media:
        if media.picture is None:
            return {"seconds": 0, "sound": media.sound is not None}
        told = facts(media)
    with open_media(args["path"]) as media:
        seconds = round((yield from playing_time(media, media.picture, output)), 3)
    if not seconds:
        raise unreadable(DAMAGED)
    output.event("video", seconds=seconds, **told)
    yield
    with open_media(args["path"]) as media:
        sheet = yield from contact_sheet.render(media, seconds, output)
    output.picture(sheet, "image/jpeg", "contact sheet")
    return {"seconds": seconds, "sound": told["sound"]}


def facts(media: MediaFile) -> Result:
    """What the container and the coder say. Raises `JobError` for what cannot be decoded."""
    assert media.picture is not None
    context = media.picture.codec_context
    if context is None or context.name not in VIDEO_CODECS:
        raise unreadable(FOREIGN)
    if not 0 < context.width * context.height <= LARGEST:
        raise unreadable(
            f"A video may have {LARGEST:,} pixels; this one has {context.width * context.height:,}."
        )
    rate = media.picture.average_rate
    return {
        "container": media.file_type.container,
        "codec": context.name.removeprefix("lib").replace("dav1d", "av1"),
        "width": context.width,
        "height": context.height,
        "rate": round(float(rate), 3) if rate else None,
        "bit_rate": media.picture.bit_rate or None,
        "sound": media.sound is not None,
    }
