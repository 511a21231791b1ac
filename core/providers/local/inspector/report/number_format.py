"""Numbers of the report as text: counts, shares, durations, sizes, levels; and lists of words."""

from __future__ import annotations

from core.media.timecode import timecode

SIZE_UNITS = ("bytes", "kB", "MB", "GB")


def count(number: int, one: str, many: str = "") -> str:
    """`1 page`, `1,200 pages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percentage(share: float) -> str:
    """`42%` for 0.42; below one per cent, but not zero, `under 1%`."""
    return "under 1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"


def duration(seconds: float) -> str:
    """`4.5 s`, `12:05`."""
    return f"{seconds:.1f} s" if seconds < 60 else timecode(seconds)


def spoken_duration(seconds: float) -> str:
    """`4.5 seconds`, `12 minutes and 5 seconds`."""
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    return f"{count(minutes, 'minute')} and {count(rest, 'second')}" if rest else count(minutes, "minute")


def file_size(number: float) -> str:
    """`812 bytes`, `98.6 kB`."""
    unit = 0
    while number >= 1000 and unit < len(SIZE_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {SIZE_UNITS[unit]}" if unit else f"{number:.0f} {SIZE_UNITS[0]}"


def level(number: float, unit: str) -> str:
    """`−12.5 LUFS`, with the minus sign U+2212, which is as wide as a digit."""
    return f"{number:.1f} {unit}".replace("-", "−")


def word_list(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
