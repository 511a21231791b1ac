"""The words of a text with the times at which they were spoken, in whatever words that was."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from core.media.worker.engines.word_times import TimedWord, trim


def timed_words(text: str, spoken: list[TimedWord]) -> list[TimedWord]:
    """The words of `text` in its own spelling and order, with times of the words that were `spoken`.

    What is spoken differently, such as `Dr.` or `9:30`, has the time of whatever was spoken for it; several
    such words in a row share it by their lengths. A word for which nothing was spoken is left out.
    """
    words = [word for word in map(trim, text.split()) if any(map(str.isalnum, word))]
    matcher = SequenceMatcher(
        None, list(map(key, words)), [key(word) for word, _, _ in spoken], autojunk=False
    )
    found: list[TimedWord] = []
    for _, first, last, begin, end in matcher.get_opcodes():
        if begin < end and first < last:
            found += share(words[first:last], spoken[begin:end])
    return found


def key(word: str) -> str:
    return trim(word).casefold()


def share(words: list[str], spoken: list[TimedWord]) -> Iterator[TimedWord]:
    """One time for each word: its own where there are as many, else a part of the whole by its length."""
    if len(words) == len(spoken):
        for word, (_, start, end) in zip(words, spoken, strict=True):
            yield word, start, end
        return
    at, until = spoken[0][1], spoken[-1][2]
    second = (until - at) / sum(map(len, words))
    for word in words:
        yield word, round(at, 3), round(at + len(word) * second, 3)
        at += len(word) * second
