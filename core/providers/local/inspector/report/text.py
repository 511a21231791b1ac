"""What a text is like: its characters, words, lines, scripts, and how long it takes."""

from __future__ import annotations

import asyncio
import re

from core.providers.local.inspector.report.markdown import (
    Piece,
    count,
    heading,
    lasting,
    listed,
    said,
    share,
    table,
)
from core.providers.local.inspector.report.scripts import Scripts, language

STEP = 64 * 1024
"""Characters that are counted without letting others run."""

SIDEWAYS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Characters of scripts that put no spaces between words."""

READ, SPOKEN = 238 / 60, 150 / 60
READ_WIDE, SPOKEN_WIDE = 400 / 60, 240 / 60
"""Words and wide characters a second, read silently and spoken, by a grown-up who takes no pauses."""


class Text:
    """Counts as pieces come; a word may lie across two of them."""

    def __init__(self) -> None:
        self.characters = self.spaces = self.words = self.wide = self.lines = 0
        self.scripts = Scripts()
        self._inside = False

    def feed(self, text: str) -> None:
        if not text:
            return
        narrow, wide = SIDEWAYS.subn(" ", text)
        found = narrow.split()
        self.words += len(found) - (self._inside and not narrow[:1].isspace())
        self._inside = not narrow[-1:].isspace()
        self.wide += wide
        self.characters += len(text)
        self.spaces += sum(map(text.count, " \t\n\r\u3000\u00a0"))
        self.lines += text.count("\n")
        self.scripts.feed(text)


async def text_piece(text: str, number: str, name: str = "") -> Piece:
    """The report of one text; a long one lets other requests run in between."""
    found = Text()
    for at in range(0, len(text), STEP):
        found.feed(text[at : at + STEP])
        await asyncio.sleep(0)
    return told(found, text, number, name)


def told(found: Text, text: str, number: str, name: str) -> Piece:
    shares = found.scripts.shares()
    tongue, evidence = language(text, shares)
    guess = f"{tongue}: a guess, {evidence}" if tongue else "not clear from so little" if shares else ""
    lines = found.lines + (not text.endswith("\n")) if text else 0
    reading = found.words / READ + found.wide / READ_WIDE
    speaking = found.words / SPOKEN + found.wide / SPOKEN_WIDE
    rows = [
        ("Characters", f"{found.characters:,} ({found.characters - found.spaces:,} without spaces)"),
        ("Words", f"{found.words:,}" if found.words or not found.wide else ""),
        ("Characters without spaces between words", f"{found.wide:,}" if found.wide else ""),
        ("Lines", f"{lines:,}"),
        ("Script", ", ".join(f"{script} {share(part)}" for script, part in shares[:4])),
        (
            "Language",
            guess,
        ),
        ("Reading time", f"about {lasting(reading)}: an estimate at 238 words a minute" if reading else ""),
        (
            "Speaking time",
            f"about {lasting(speaking)}: an estimate at 150 words a minute" if speaking else "",
        ),
    ]
    return Piece(heading(f"Text{number}", name) + table(rows), spoken(found, tongue, lines, speaking, number))


def spoken(found: Text, tongue: str, lines: int, speaking: float, number: str) -> str:
    parts = [count(found.characters, "character"), count(lines, "line")]
    if found.words:
        parts.insert(1, count(found.words, "word"))
    sentences = [f"The text{number} has {listed(parts)}."]
    if tongue:
        sentences.append(f"I guess that it is {tongue}.")
    if speaking:
        sentences.append(f"To speak it takes about {said(speaking)}.")
    return " ".join(sentences)
