"""An image of the waveform of audio."""

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
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
"""Seconds that may lie between two ticks of the timeline."""


def render(peaks: Sequence[float], seconds: float) -> bytes:
    """The peaks (0 to 1) as bars over a line of time, as PNG."""
    image = pillow().new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = pillow("ImageDraw").Draw(image)
    count = (WIDTH - 2 * MARGIN) // (BAR + GAP)
    middle = (HEIGHT - FOOT) // 2
    for place, peak in enumerate(bar_heights(peaks, count)):
        left, half = MARGIN + place * (BAR + GAP), round(peak * (middle - 12))
        pen.rounded_rectangle(
            (left, middle - half - 1, left + BAR - 1, middle + half + 1), 2, WAVE if half else QUIET
        )
    draw_timeline(pen, seconds, count * (BAR + GAP))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def bar_heights(peaks: Sequence[float], bars: int) -> list[float]:
    """The heights of at most `bars` bars, each the highest of the peaks it covers."""
    count = len(peaks)
    return [
        max(peaks[bar * count // bars : max((bar + 1) * count // bars, bar * count // bars + 1)])
        for bar in range(bars if count else 0)
    ]


def draw_timeline(pen: Any, seconds: float, width: int) -> None:
    font = pillow("ImageFont").load_default(15)
    step = next((tick for tick in TICKS if seconds / tick <= 12), TICKS[-1])
    for number in range(int(seconds / step) + 1):
        left = MARGIN + round(number * step / max(seconds, 0.001) * width)
        anchor = "ls" if number == 0 else "rs" if left > WIDTH - 2 * MARGIN else "ms"
        pen.text((left, HEIGHT - 10), timecode(number * step), INK, font, anchor=anchor)
