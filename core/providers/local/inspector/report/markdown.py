"""A report piece by piece: Markdown for who reads it, plain sentences for who hears it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.contract.errors import PolyphonyError
from core.media.timecode import timecode

MARKS = re.compile(r"([\\`*\[\]<>|~$&#]|(?<![^\W_])_|_(?![^\W_]))")
"""What Markdown might take for its own; an underscore inside a word is not."""

BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028-\u202e\u2066-\u2069]+")
FENCE = re.compile(r"`{3,}")
LONGEST_CELL = 160
UNITS = ("bytes", "kB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is Markdown that ends its block, `spoken` the same in sentences, "" for nothing to say.

    `measured` is False for what only surrounds the findings; `error` is why something was not measured.
    """

    text: str
    spoken: str = ""
    measured: bool = True
    error: PolyphonyError | None = None


def heading(name: str, title: str = "") -> str:
    return f"### {name}: {plain(title)}\n\n" if title else f"### {name}\n\n"


def table(rows: Iterable[tuple[str, str]], head: tuple[str, str] = ("Measured", "Found")) -> str:
    """Two columns of cells that are Markdown already; rows without a value are left out."""
    return f"| {head[0]} | {head[1]} |\n| --- | --- |\n{cells(rows)}\n"


def cells(rows: Iterable[tuple[str, str]]) -> str:
    """Rows of a table that goes on."""
    return "".join(f"| {name} | {value} |\n" for name, value in rows if value)


def decibels(level: float, unit: str) -> str:
    """`−12.5 LUFS`, with the minus that is as wide as a digit."""
    return f"{level:.1f} {unit}".replace("-", "−")


def plain(text: str, longest: int = LONGEST_CELL) -> str:
    """A stranger's words on one line, so that no character of them is Markdown."""
    line = BLANK.sub(" ", text).strip()
    if len(line) > longest:
        line = f"{line[: longest - 1].rstrip()}…"
    return MARKS.sub(r"\\\1", line)


def block(text: str, kind: str = "text") -> str:
    """A stranger's words as they are, line by line, behind a fence they cannot close."""
    longest = max((len(run) for run in FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{kind}\n{text}\n{fence}\n\n"


def count(number: int, one: str, many: str = "") -> str:
    """`1 page`, `1,200 pages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def share(part: float) -> str:
    """`42%`; a little is not nothing."""
    return "under 1%" if 0 < part < 0.01 else f"{part * 100:.0f}%"


def lasting(seconds: float) -> str:
    """`4.5 s`, `12:05`."""
    return f"{seconds:.1f} s" if seconds < 60 else timecode(seconds)


def said(seconds: float) -> str:
    """A duration in words."""
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    return f"{count(minutes, 'minute')} and {count(rest, 'second')}" if rest else count(minutes, "minute")


def size(number: float) -> str:
    """`812 bytes`, `98.6 kB`."""
    unit = 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{number:.0f} {UNITS[0]}"


def listed(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
