"""The report on a video: coding, duration, frames."""

from __future__ import annotations

from typing import TypedDict

from core.providers.local.inspector.report.audio import codec_name
from core.providers.local.inspector.report.image import shape
from core.providers.local.inspector.report.markdown import heading, table
from core.providers.local.inspector.report.number_format import duration, file_size, spoken_duration
from core.providers.local.inspector.report.piece import ReportPiece


class VideoFacts(TypedDict):
    """The event `video` of the job `inspect.video`: size in pixels, frames and bits per second."""

    container: str
    codec: str
    seconds: float
    width: int
    height: int
    rate: float | None
    bit_rate: int | None
    audio: bool


def video_piece(found: VideoFacts, number: str, name: str, size: int) -> ReportPiece:
    """`number` as in `MessagePart`, `size` in bytes."""
    width, height, rate, bits = found["width"], found["height"], found["rate"], found["bit_rate"]
    rows = [
        ("Container", f"{found['container'].upper()}, {file_size(size)}"),
        ("Duration", duration(found["seconds"])),
        ("Size", f"{width:,} × {height:,} pixels"),
        ("Shape", shape(width, height)),
        ("Frames per second", f"{rate:.2f}".rstrip("0").rstrip(".") if rate else ""),
        ("Codec", codec_name(found["codec"])),
        ("Bit rate", f"{bits / 1000:,.0f} kbit/s" if bits else ""),
        ("Sound", "" if found["audio"] else "none"),
    ]
    speech = f"The video{number} lasts {spoken_duration(found['seconds'])}, at {width} by {height} pixels."
    if not found["audio"]:
        speech += " It has no sound."
    return ReportPiece(heading(f"Video{number}", name) + table(rows), speech)
