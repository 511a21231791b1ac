"""Progress of a download for people: a bar that is redrawn on a terminal, a few plain lines anywhere else."""

from __future__ import annotations

import shutil

from django.core.management.base import OutputWrapper

from core.operations.weights import Progress

MEGABYTE = 1_000_000
QUARTERS = 4
NARROWEST, WIDEST = 10, 40
WAITING = "another process is installing it"


class ProgressBar:
    """Call it with every step of progress, and `close` it before anything else is written."""

    def __init__(self, label: str, out: OutputWrapper) -> None:
        self.label = label
        self.out = out
        self.is_terminal = out.isatty()
        self.told = ""

    def __call__(self, progress: Progress) -> None:
        draw = self.draw if self.is_terminal else self.write_line
        draw(progress)

    def draw(self, progress: Progress) -> None:
        """Write over the line before, at most the width of the terminal."""
        columns = shutil.get_terminal_size().columns - 1
        text = describe(self.label, progress)
        width = min(WIDEST, columns - len(text) - 3)
        if width >= NARROWEST:
            full = width * progress.done // max(progress.total, 1)
            text = f"[{'#' * full}{'.' * (width - full)}] {text}"
        self.show(f"\r{text[:columns]:{columns}}")

    def write_line(self, progress: Progress) -> None:
        """Write at the start of every quarter, and of every source."""
        quarter = QUARTERS * progress.done // max(progress.total, 1)
        if (mark := f"{progress.source} {quarter}") != self.told:
            self.told = mark
            self.out.write(describe(self.label, progress))
            self.out.flush()

    def show(self, text: str) -> None:
        if text != self.told:
            self.told = text
            self.out.write(text, ending="")
            self.out.flush()

    def close(self) -> None:
        """End the line of the bar."""
        if self.is_terminal and self.told:
            self.out.write("")
            self.out.flush()


def describe(label: str, progress: Progress) -> str:
    if not progress.total:
        return f"{label}: {WAITING}"
    done, total = progress.done / MEGABYTE, progress.total / MEGABYTE
    return f"{label}: {done:.1f} of {total:.1f} MB from {progress.source}"
