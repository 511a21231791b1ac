"""Measurements of audio: how it is coded, how loud it is, how much of it is silence."""

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


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` in; the events `audio`, `progress`, `loudness`, `rendered`; returns `{"seconds"}`."""
    with open_media(args["path"]) as media:
        output.event("audio", **facts(media))
        yield
        meter, levels = Loudness(), Levels()
        seconds = yield from measure(media, meter, levels, output)
    if not levels.peaks:
        raise unreadable(DAMAGED)
    output.event("loudness", seconds=seconds, silence=levels.silence, **meter.result())
    yield
    output.image(waveform.render(levels.peaks, seconds), "image/png", "waveform")
    return {"seconds": seconds}


def facts(media: MediaFile) -> Result:
    """What the container and the codec declare; the duration is measured later, headers are not believed."""
    stream = media.require_audio()
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


def measure(
    media: MediaFile, meter: Loudness, levels: Levels, output: Output
) -> Generator[None, None, float]:
    """Every sample into both meters; returns how many seconds there were."""
    timeline, resampler = Timeline(media.origin), FrameResampler()
    reported = 0.0
    for frame in media.frames():
        output.check()
        if gap := timeline.gap(timestamp(frame.pts, frame.time_base)):
            levels.skip(gap)
        timeline.extend(frame.samples / (frame.sample_rate or 1))
        for converted in resampler.convert(frame):
            levels.feed(converted)
            meter.feed(converted)
        if timeline.seconds - reported >= STEP_SECONDS:
            reported = timeline.seconds
            output.event("progress", done=round(reported, 2))
            yield
    for converted in resampler.close():
        levels.feed(converted)
        meter.feed(converted)
    levels.close()
    meter.close()
    return round(timeline.seconds, 3)
