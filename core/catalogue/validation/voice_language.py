"""The default voice for a text, by the language that the script of its letters suggests."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from core.catalogue.entries import VoiceEntry

SAMPLE = 200

SCRIPTS = {
    "LATIN": "en",
    "CYRILLIC": "ru",
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
}
"""First word of a letter's Unicode name, and the language most texts in that script are in."""


def likely_language(text: str) -> str:
    """Primary language subtag by script, "" when there is none. Any kana make a text Japanese."""
    sample = text[:SAMPLE]
    if sample.isascii():
        return "en" if any(map(str.isalpha, sample)) else ""
    counts: Counter[str] = Counter()
    for letter in filter(str.isalpha, sample):
        script = unicodedata.name(letter, "").split(" ", 1)[0]
        counts[SCRIPTS.get(script, "")] += 1
    if counts["ja"]:
        return "ja"
    return counts.most_common(1)[0][0] if counts.total() else ""


def default_voice(voices: Sequence[VoiceEntry], text: str) -> str | None:
    """Id of the first voice for the text's likely language, else of the first voice; None without voices."""
    return voices_for(text, voices)[0].id if voices else None


def voices_for(text: str, voices: Sequence[VoiceEntry]) -> Sequence[VoiceEntry]:
    """The voices for the text's likely language and those for any; all of them where there is none."""
    wanted = likely_language(text)
    return [one for one in voices if one.language == "" or primary(one.language) == wanted] or voices


def primary(tag: str) -> str:
    return tag.split("-", 1)[0].casefold()
