"""How long a model reasons before it answers."""

from __future__ import annotations

import time


class ReasoningTime:
    """From the start of the run, or from where it reasons again, to the first content that is none.

    `going` says that the last that came was reasoning.
    """

    def __init__(self) -> None:
        self.going = False
        self._since = time.monotonic()
        self._ended = 0.0

    @property
    def seconds(self) -> float:
        """So far, in tenths and at least one; 0 where there was no reasoning."""
        running = time.monotonic() - self._since if self.going else 0.0
        total = self._ended + running
        return max(0.1, round(total, 1)) if total else 0.0

    def begin(self) -> None:
        if self.going:
            return
        if self._ended:
            self._since = time.monotonic()
        self.going = True

    def end(self) -> None:
        self._ended += time.monotonic() - self._since
        self.going = False
