"""A `User-Agent` header in words that a person recognises."""

from __future__ import annotations

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
"""Marks and names; those that also carry a later one's mark come first."""

SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
LENGTH = 60


def browser_name(agent: str) -> str:
    """Such as `Firefox, Windows`; the start of the header where it is unknown, "" for an empty one."""
    names = [named(BROWSERS, agent), named(SYSTEMS, agent)]
    return ", ".join(filter(None, names)) or agent[:LENGTH]


def named(marks: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
