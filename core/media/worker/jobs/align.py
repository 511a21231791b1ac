"""Alignment of a known text with its audio: the recogniser finds the time of each word."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from core.media.worker.codecs.containers import open_media
from core.media.worker.codecs.pcm import SECOND, audio_chunks
from core.media.worker.engines.pocketsphinx import Token, recogniser
from core.media.worker.engines.text_fragments import UNSPEAKABLE
from core.media.worker.engines.word_times import trim
from core.media.worker.output import JobError, Output

LONGEST = 600
"""Seconds: the search keeps its state for every frame of the audio in memory."""

WORD_JOINTS = re.compile(r"[-‐‑–—/]")

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A word of the text and the dictionary words it consists of."""

    word: str
    parts: tuple[str, ...]


def run(args: dict[str, Any], output: Output) -> Generator[None, None, Result]:
    """`path` and `text` in; returns `{"words": [[word, start, end], ...], "seconds"}`."""
    audio = bytearray()
    with open_media(args["path"]) as media:
        for chunk in audio_chunks(media):
            output.check()
            audio += chunk
            if len(audio) > LONGEST * SECOND:
                raise JobError("unsupported", f"Alignment takes at most {LONGEST} seconds of sound.", "file")
    engine = recogniser()
    words = known_words(UNSPEAKABLE.sub(" ", args["text"]), engine.knows)
    tokens: list[Token] = []
    if words:
        tokens = yield from engine.align(bytes(audio), [part for word in words for part in word.parts])
    return {"words": align_tokens(words, tokens), "seconds": round(len(audio) / SECOND, 3)}


def known_words(text: str, knows: Callable[[str], bool]) -> list[KnownWord]:
    """The words whose every part is in the dictionary."""
    found = []
    for token in text.split():
        word = trim(token)
        parts = tuple(part for part in WORD_JOINTS.split(word.lower().replace("’", "'")) if part)
        if parts and all(knows(part) for part in parts):
            found.append(KnownWord(word, parts))
    return found


def align_tokens(words: list[KnownWord], tokens: list[Token]) -> list[tuple[str, float, float]]:
    """Each word from the beginning of its first part to the end of its last; nothing if any is missing."""
    if [token.word for token in tokens] != [part for word in words for part in word.parts]:
        return []
    result, at = [], 0
    for word in words:
        first, last = tokens[at], tokens[at + len(word.parts) - 1]
        result.append((word.word, round(first.start, 2), round(last.end, 2)))
        at += len(word.parts)
    return result
