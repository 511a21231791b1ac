"""The report on a text: characters, words, lines, scripts, language, reading and speaking time."""

from __future__ import annotations

import asyncio
import re

from core.providers.local.inspector.report.markdown import heading, table
from core.providers.local.inspector.report.number_format import (
    count,
    duration,
    percentage,
    spoken_duration,
    word_list,
)
from core.providers.local.inspector.report.piece import ReportPiece
from core.providers.local.inspector.report.scripts import ScriptCounter, guess_language

STEP = 64 * 1024
"""Characters that are counted before the event loop gets control again."""

WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Characters of scripts that put no spaces between words."""

READING_WORDS, SPEAKING_WORDS = 238, 150
READING_WIDE, SPEAKING_WIDE = 400, 240
"""Words and wide characters a minute, read silently and spoken, by an adult without pauses."""


class TextCounter:
    """Counts over successive pieces of a text; a word may lie across two of them.

    `wide` are the characters of scripts without spaces, which are no part of `words`.
    """

    def __init__(self) -> None:
        self.characters = self.spaces = self.words = self.wide = self.lines = 0
        self.scripts = ScriptCounter()
        self._inside_word = False

    def feed(self, text: str) -> None:
        if not text:
            return
        narrow, wide = WIDE.subn(" ", text)
        found = narrow.split()
        self.words += len(found) - (self._inside_word and not narrow[:1].isspace())
        self._inside_word = not narrow[-1:].isspace()
        self.wide += wide
        self.characters += len(text)
        self.spaces += sum(map(text.count, " \t\n\r\u3000\u00a0"))
        self.lines += text.count("\n")
        self.scripts.feed(text)


async def text_piece(text: str, number: str, name: str = "") -> ReportPiece:
    """The report on one text, counted in steps; `number` as in `MessagePart`."""
    counter = TextCounter()
    for at in range(0, len(text), STEP):
        counter.feed(text[at : at + STEP])
        await asyncio.sleep(0)
    return counts_piece(counter, text, number, name)


def counts_piece(counter: TextCounter, text: str, number: str, name: str) -> ReportPiece:
    shares = counter.scripts.shares()
    language, evidence = guess_language(text, shares)
    guess = f"{language}: a guess, {evidence}" if language else "not clear from so little" if shares else ""
    lines = counter.lines + (not text.endswith("\n")) if text else 0
    reading = counter.words / (READING_WORDS / 60) + counter.wide / (READING_WIDE / 60)
    speaking = counter.words / (SPEAKING_WORDS / 60) + counter.wide / (SPEAKING_WIDE / 60)
    rows = [
        ("Characters", f"{counter.characters:,} ({counter.characters - counter.spaces:,} without spaces)"),
        ("Words", f"{counter.words:,}" if counter.words or not counter.wide else ""),
        ("Characters without spaces between words", f"{counter.wide:,}" if counter.wide else ""),
        ("Lines", f"{lines:,}"),
        ("Script", ", ".join(f"{script} {percentage(share)}" for script, share in shares[:4])),
        ("Language", guess),
        ("Reading time", estimate(reading, READING_WORDS)),
        ("Speaking time", estimate(speaking, SPEAKING_WORDS)),
    ]
    speech = counts_speech(counter, language, lines, speaking, number)
    return ReportPiece(heading(f"Text{number}", name) + table(rows), speech)


def estimate(seconds: float, words_per_minute: int) -> str:
    if not seconds:
        return ""
    return f"about {duration(seconds)}: an estimate at {words_per_minute} words a minute"


def counts_speech(counter: TextCounter, language: str, lines: int, speaking: float, number: str) -> str:
    counts = [count(counter.characters, "character"), count(lines, "line")]
    if counter.words:
        counts.insert(1, count(counter.words, "word"))
    sentences = [f"The text{number} has {word_list(counts)}."]
    if language:
        sentences.append(f"I guess that it is {language}.")
    if speaking:
        sentences.append(f"To speak it takes about {spoken_duration(speaking)}.")
    return " ".join(sentences)
