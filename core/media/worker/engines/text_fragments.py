"""A text split into fragments where a speaker would pause, so that one long job becomes many short steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff\U000e0000-\U0010ffff]"
)
"""Controls (Ctrl-A starts an engine command), lone surrogates, private use."""

CLOSERS = "\"'”’»)]）】」』"
STOPS = ".!?…"
WIDE_STOPS = "。！？｡\n।॥؟"
TITLES = frozenset({"Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "Gen", "Sen", "Capt", "Lt", "Col", "Rev"})
"""Words whose full stop does not end a sentence."""

PAUSES = ",;:，、；：،"
WIDE = 0x2E80
LONGEST_WORD = 40
"""Characters without a space that the engine gets at once; it spells strange ones out into fixed buffers."""


def speakable(text: str) -> str:
    """The text without what the engine might take for a command; the length stays, so that positions hold."""
    return UNSPEAKABLE.sub(" ", text)


def split(
    text: str, *, least: int = 100, most: int = 300, word: int = LONGEST_WORD
) -> Iterator[tuple[int, str]]:
    """Offset and text of each fragment; together they are the text.

    Fragments end after a sentence once they weigh `least`, and before they weigh more than `most` at the best
    place there is. A character of a wide script weighs 4, about what it takes longer to say. The first one
    ends with the first sentence, so that audio begins sooner. Nothing unbroken is longer than `word`.
    """
    start, wanted = 0, 1
    while start < len(text):
        end = _cut(text, start, wanted, most, word)
        yield start, text[start:end]
        start, wanted = end, least


def _cut(text: str, start: int, least: int, most: int, word: int) -> int:
    weight, space, pause, stop, run = 0, 0, 0, 0, 0
    for index in range(start, len(text)):
        character = text[index]
        weight += 4 if ord(character) >= WIDE else 1
        if weight > most:
            return stop or pause or space or max(index, start + 1)
        run = 0 if character.isspace() else run + 1
        if run > word and ord(character) < WIDE:
            return index
        if _ends_sentence(text, index) and text[start : index + 1].strip():
            stop = index + 1
            if weight >= least:
                return stop
        elif character in PAUSES and _before_space(text, index):
            pause = index + 1
        elif character.isspace():
            space = index + 1
    return len(text)


def _ends_sentence(text: str, index: int) -> bool:
    character = text[index]
    if character in WIDE_STOPS:
        return not _closer_follows(text, index)
    if character in CLOSERS:
        stopped = text[max(0, index - 8) : index].rstrip(CLOSERS)[-1:]
        return stopped in STOPS + WIDE_STOPS and stopped != "" and _before_space(text, index)
    if character not in STOPS or not _before_space(text, index):
        return False
    rest = text[index + 1 : index + 20].lstrip()
    return character != "." or not (rest[:1].islower() or (rest and _abbreviated(text, index)))


def _abbreviated(text: str, index: int) -> bool:
    """Whether the full stop at `index` is of a title, an initial or a number: `Dr. J. Smith`, `No. 7`."""
    before = re.split(r"[\s(]", text[max(0, index - 8) : index])[-1].lstrip(CLOSERS + "“‘")
    if before == "No":
        return text[index + 1 : index + 3].strip()[:1].isdigit()
    return before in TITLES or (len(before) == 1 and before.isupper() and before != "I")


def _closer_follows(text: str, index: int) -> bool:
    return text[index + 1 : index + 2] in CLOSERS and index + 1 < len(text)


def _before_space(text: str, index: int) -> bool:
    following = text[index + 1 : index + 2]
    return not following or following.isspace() or ord(following) >= WIDE
