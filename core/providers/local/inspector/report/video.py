"""What a video is like, in words."""

from __future__ import annotations

from typing import Any

from core.providers.local.inspector.report.audio import codec
from core.providers.local.inspector.report.image import shape
from core.providers.local.inspector.report.markdown import Piece, heading, lasting, said, size, table


def video_piece(found: dict[str, Any], number: str, name: str, stored: int) -> Piece:
    """From the event `video`."""
    width, height, rate, bits = found["width"], found["height"], found["rate"], found["bit_rate"]
    rows = [
        ("Container", f"{found['container'].upper()}, {size(stored)}"),
        ("Duration", lasting(found["seconds"])),
        ("Size", f"{width:,} × {height:,} pixels"),
        ("Shape", shape(width, height)),
        ("Frames per second", f"{rate:.2f}".rstrip("0").rstrip(".") if rate else ""),
        ("Codec", codec(found["codec"])),
        ("Bit rate", f"{bits / 1000:,.0f} kbit/s" if bits else ""),
        ("Sound", "" if found["audio"] else "none"),
    ]
    speech = f"The video{number} lasts {said(found['seconds'])}, at {width} by {height} pixels."
    if not found["audio"]:
        speech += " It has no sound."
    return Piece(heading(f"Video{number}", name) + table(rows), speech)
