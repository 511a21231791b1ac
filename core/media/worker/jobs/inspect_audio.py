"""Worker side of measuring sound: how it is coded, how loud it is, how much of it is silence."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.analysis import waveform
from core.media.worker.analysis.levels import Levels
from core.media.worker.analysis.loudness import FrameResampler, Loudness
from core.media.worker.codecs.containers import DAMAGED, MediaFile, Timeline, open_media, timestamp
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.output import Output

STEP_SECONDS = 10.0
LONGEST_TAG = 120
TAGS = ("title", "artist", "album", "date", "genre", "comment")

Result = dict[str, Any]


def inspect(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `sound`, `progress`, `loudness`, `picture`; returns `{"seconds"}`."""
    with open_media(args["path"]) as media:
        output.event("sound", **facts(media))
        yield
        meter, levels = Loudness(), Levels()
        seconds = yield from measured(media, meter, levels, output)
    if not levels.peaks:
        raise unreadable(DAMAGED)
    output.event("loudness", seconds=seconds, silence=levels.silence, **meter.result())
    yield
    output.picture(waveform.render(levels.peaks, seconds), "image/png", "waveform")
    return {"seconds": seconds}


def facts(media: MediaFile) -> Result:
    """What the container and the coder say; the length is measured later, headers are not believed."""
    stream = media.require_sound()
    context = stream.codec_context
    tags = {**media.container.metadata, **stream.metadata}
    named = {name.lower(): str(value).strip()[:LONGEST_TAG] for name, value in tags.items()}
    return {
        "container": media.file_type.container,
        "codec": context.name.removesuffix("float"),
        "sample_rate": context.sample_rate,
        "channels": context.channels,
        "layout": context.layout.name,
        "bit_rate": context.bit_rate or None,
        "tags": [(name, named[name]) for name in TAGS if named.get(name)],
    }


def measured(
    media: MediaFile, meter: Loudness, levels: Levels, output: Output
) -> Generator[None, None, float]:
    """Every sample into both meters; returns how many seconds there were."""
    timeline, evened = Timeline(media.origin), FrameResampler()
    told = 0.0
    for frame in media.frames():
        output.check()
        if gap := timeline.gap(timestamp(frame.pts, frame.time_base)):
            levels.skip(gap)
        timeline.extend(frame.samples / (frame.sample_rate or 1))
        for even in evened.convert(frame):
            levels.feed(even)
            meter.feed(even)
        if timeline.seconds - told >= STEP_SECONDS:
            told = timeline.seconds
            output.event("progress", done=round(told, 2))
            yield
    for even in evened.close():
        levels.feed(even)
        meter.feed(even)
    levels.close()
    meter.close()
    return round(timeline.seconds, 3)
