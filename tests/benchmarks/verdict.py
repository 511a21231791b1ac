"""Figures beside their targets; a missed one makes the script fail."""

from __future__ import annotations

import sys


class Verdict:
    """Prints each figure as it is judged; `end` leaves with 1 when one was missed."""

    def __init__(self) -> None:
        self.missed = 0

    def at_most(self, name: str, value: float, limit: float, unit: str = "") -> None:
        self._say(name, value, value <= limit, f"at most {limit:g}", unit)

    def at_least(self, name: str, value: float, limit: float, unit: str = "") -> None:
        self._say(name, value, value >= limit, f"at least {limit:g}", unit)

    def note(self, name: str, value: float, unit: str = "") -> None:
        """An absolute time: it says as much about the machine as about the program, so nothing is judged."""
        print(f"         {name}: {value:.3g}{unit}", flush=True)

    def holds(self, name: str, *, true: bool) -> None:
        self.missed += not true
        print(f"  {'ok    ' if true else 'MISSED'} {name}")

    def end(self) -> None:
        sys.exit(1 if self.missed else 0)

    def _say(self, name: str, value: float, met: bool, target: str, unit: str) -> None:
        self.missed += not met
        print(f"  {'ok    ' if met else 'MISSED'} {name}: {value:.3g}{unit} ({target}{unit})", flush=True)
