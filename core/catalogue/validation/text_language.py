"""The language that a text is probably in: by the script of its letters, and in Latin script by its words.

`text_language.json` has common words of each language, those of other languages only where English does not
have them, and letters that hardly any other language uses.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

SAMPLE, WORD_SAMPLE = 200, 1000
"""Characters at the beginning by which script and words are counted."""

LATIN, ENGLISH = "LATIN", "en"
SCRIPTS = {
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

TABLE = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
LANGUAGES: dict[str, list[str]] = {}
"""The languages that have a common word, by the word."""
for _language, _row in TABLE.items():
    for _word in _row["words"].split():
        LANGUAGES.setdefault(_word, []).append(_language)
LETTERS = {letter: language for language, row in TABLE.items() for letter in row.get("letters", "")}

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
FEWEST = 2
"""Different words that must be of another language, and more than twice as many as English ones."""


def likely_language(text: str) -> str:
    """Primary language subtag, "" when there is none. Any kana make a text Japanese."""
    sample = text[:SAMPLE]
    counts: Counter[str] = Counter()
    for letter in filter(str.isalpha, sample):
        script = LATIN if letter < "\u0250" else unicodedata.name(letter, "").split(" ", 1)[0]
        counts[LATIN if script == LATIN else SCRIPTS.get(script, "")] += 1
    if counts["ja"]:
        return "ja"
    found = counts.most_common(1)[0][0] if counts.total() else ""
    return latin_language(text) if found == LATIN else found


def latin_language(text: str) -> str:
    """English unless common words of another language tell otherwise: names alone do not."""
    counts: Counter[str] = Counter()
    for word in dict.fromkeys(WORD.findall(text[:WORD_SAMPLE].casefold())):
        languages = {*LANGUAGES.get(word, ()), *(LETTERS[letter] for letter in word if letter in LETTERS)}
        counts.update(languages)
    english = counts.pop(ENGLISH, 0)
    if not counts:
        return ENGLISH
    language, count = counts.most_common(1)[0]
    return language if count >= FEWEST and count > 2 * english else ENGLISH
