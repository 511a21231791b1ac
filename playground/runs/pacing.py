"""Limits how far audio runs ahead of its playback: what is not yet generated at *Stop* costs nothing."""

from __future__ import annotations

import time

from core.contract.audio import AudioFormat, PcmShape
from core.contract.events import AudioStart

LEAD = 5.0
"""Seconds of audio that may be ahead of playback."""

FASTEST = {
    AudioFormat.MP3: 40_000,
    AudioFormat.AAC: 40_000,
    AudioFormat.OPUS: 32_000,
    AudioFormat.FLAC: 192_000,
}
"""Bytes per second that ordinary files stay below: at this rate the player never runs out of audio."""


class Pace:
    """Times the chunks of one run; playback is assumed to begin with the first of them."""

    def __init__(self, lead: float = LEAD) -> None:
        self.lead = lead
        self._rate = 0.0
        self._received = 0
        self._began = 0.0

    def start(self, start: AudioStart) -> None:
        """Set the bytes per second of this format."""
        raw = PcmShape(start.sample_rate, start.channels).bytes_per_second
        self._rate = float(FASTEST.get(start.format, raw))

    def wait(self, size: int) -> float:
        """Seconds to pause after a chunk of `size` bytes; 0 during the first `lead` seconds of audio."""
        now = time.monotonic()
        self._began = self._began or now
        self._received += size
        if not self._rate:
            return 0.0
        return max(0.0, self._received / self._rate - (now - self._began) - self.lead)
