"""Markdown of the report: headings, tables, and text of unknown origin made harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable

MARKS = re.compile(r"([\\`*\[\]<>|~$&#]|(?<![^\W_])_|_(?![^\W_]))")
"""Characters with a meaning in Markdown; an underscore inside a word has none."""

BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028-\u202e\u2066-\u2069]+")
FENCE = re.compile(r"`{3,}")
LONGEST_CELL = 160


def heading(name: str, title: str = "") -> str:
    """`title`, such as a file name, is escaped."""
    return f"### {name}: {escape(title)}\n\n" if title else f"### {name}\n\n"


def table(rows: Iterable[tuple[str, str]], head: tuple[str, str] = ("Measured", "Found")) -> str:
    """Two columns of cells that are Markdown already; rows without a value are left out."""
    return f"| {head[0]} | {head[1]} |\n| --- | --- |\n{table_rows(rows)}\n"


def table_rows(rows: Iterable[tuple[str, str]]) -> str:
    """Further rows of a table that was begun before."""
    return "".join(f"| {name} | {value} |\n" for name, value in rows if value)


def escape(text: str, longest: int = LONGEST_CELL) -> str:
    """Text of unknown origin on one line of at most `longest` characters, with Markdown's marks escaped."""
    line = BLANK.sub(" ", text).strip()
    if len(line) > longest:
        line = f"{line[: longest - 1].rstrip()}…"
    return MARKS.sub(r"\\\1", line)


def code_block(text: str, language: str = "text") -> str:
    """Text of unknown origin unchanged, line by line, in a fence longer than any that it contains."""
    longest = max((len(run) for run in FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n\n"
