"""A picture of sound: how loud it was from its beginning to its end; worker side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from core.media.timecode import timecode
from core.media.worker.libraries import pillow

WIDTH, HEIGHT = 1200, 220
MARGIN, FOOT = 24, 28
BAR, GAP = 4, 2
PAPER, WAVE, QUIET, INK = (250, 250, 249), (150, 44, 5), (214, 211, 206), (87, 83, 78)
MARKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
"""Seconds that may lie between two marks of time."""


def render(peaks: Sequence[float], seconds: float) -> bytes:
    """The peaks (0 to 1) as bars over a line of time, as PNG."""
    image = pillow().new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = pillow("ImageDraw").Draw(image)
    room = (WIDTH - 2 * MARGIN) // (BAR + GAP)
    middle = (HEIGHT - FOOT) // 2
    for place, peak in enumerate(bar_heights(peaks, room)):
        left, half = MARGIN + place * (BAR + GAP), round(peak * (middle - 12))
        pen.rounded_rectangle(
            (left, middle - half - 1, left + BAR - 1, middle + half + 1), 2, WAVE if half else QUIET
        )
    timeline(pen, seconds, room * (BAR + GAP))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def bar_heights(peaks: Sequence[float], room: int) -> list[float]:
    """As many bars as there is room for, each as high as the highest peak it stands for."""
    count = len(peaks)
    return [
        max(peaks[place * count // room : max((place + 1) * count // room, place * count // room + 1)])
        for place in range(room if count else 0)
    ]


def timeline(pen: Any, seconds: float, width: int) -> None:
    font = pillow("ImageFont").load_default(15)
    step = next((mark for mark in MARKS if seconds / mark <= 12), MARKS[-1])
    for number in range(int(seconds / step) + 1):
        left = MARGIN + round(number * step / max(seconds, 0.001) * width)
        anchor = "ls" if number == 0 else "rs" if left > WIDTH - 2 * MARGIN else "ms"
        pen.text((left, HEIGHT - 10), timecode(number * step), INK, font, anchor=anchor)
