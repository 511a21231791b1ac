"""Scripts of a text by their letters, and a guess of its language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

LANGUAGE_OF_SCRIPT = {
    "Han": "Chinese",
    "Hangul": "Korean",
    "Greek": "Greek",
    "Hebrew": "Hebrew",
    "Devanagari": "Hindi",
    "Bengali": "Bengali",
    "Tamil": "Tamil",
    "Telugu": "Telugu",
    "Thai": "Thai",
    "Georgian": "Georgian",
    "Armenian": "Armenian",
    "Ethiopic": "Amharic",
    "Gujarati": "Gujarati",
    "Khmer": "Khmer",
    "Lao": "Lao",
    "Myanmar": "Burmese",
}
"""Scripts that are used mostly by one language."""

COMMON_WORDS = {
    "English": "the and of to in is that it was for you with on are this be not have what my we at by",
    "German": "der die und das ist nicht ein eine ich mit auf für den dem zu von wir sie auch wie",
    "French": "le la les et est une des que qui dans pour pas vous nous je il du sur avec ce",
    "Spanish": "el la los que y en un una por con para es no se lo las del como más pero",
    "Italian": "il che di e la un una per non con sono è mi del della gli anche come più nel",
    "Portuguese": "o que de e do da em um uma para com não os as no na por mais você é",
    "Dutch": "de het een en van is niet dat ik je op te voor met zijn maar ook wat er aan",
    "Polish": "i w nie na się z do to że jest jak co po tak ale przez o za od czy",
    "Swedish": "och att det är en som på inte jag för med den av ett har till om vi men så",
    "Turkish": "ve bir bu için ile çok ne da de değil mi ama gibi var daha ben o kadar",
    "Russian": "и в не на что я с он как это по но из за у то все так вы мы",
    "Ukrainian": "і в не на що я з він як це та але із за у до так ви ми є",
    "Bulgarian": "и в не на че аз с той как това по но от за е са да ще ви се",
    "Serbian": "и у не на да је се са то за су као али од ја ми што би",
    "Arabic": "في من على أن إلى هذا ما لا هذه مع كان عن هو التي الذي",
    "Persian": "و در به از که این است را با برای آن یک می تا بود",
}
"""The commonest words of each language, frequent in any longer text."""

WORD_SETS = {name: frozenset(words.split()) for name, words in COMMON_WORDS.items()}
LETTERS = re.compile(r"[^\W\d_]+")
MIN_HITS, MIN_LEAD = 2, 1.3
"""Common words that must be found, and the least ratio of the best language's count to the next one's."""

SAMPLE = 20_000
"""Characters of the text whose words are counted."""

KANA_SHARE = 0.02
KANA = ("Hiragana", "Katakana")


class ScriptCounter:
    """Counts letters by script over successive pieces of a text."""

    def __init__(self) -> None:
        self._letters: Counter[str] = Counter()

    def feed(self, text: str) -> None:
        self._letters.update(text)

    def shares(self) -> list[tuple[str, float]]:
        """Scripts with their share (0 to 1) of all letters, the commonest first."""
        found: Counter[str] = Counter()
        for letter, number in self._letters.items():
            if letter.isalpha():
                found[script_of(letter)] += number
        return [(name, number / found.total()) for name, number in found.most_common()]


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """The script of a letter, by the first word of its Unicode name."""
    name = unicodedata.name(letter, "OTHER").split(" ", 1)[0].partition("-")[0]
    return "Han" if name == "CJK" else name.title()


def guess_language(text: str, shares: list[tuple[str, float]]) -> tuple[str, str]:
    """The likely language and the evidence; two empty strings where there is too little evidence."""
    if not shares:
        return "", ""
    scripts = dict(shares)
    if sum(scripts.get(name, 0) for name in KANA) > KANA_SHARE:
        return "Japanese", "it is written in kana"
    first = shares[0][0]
    if first in LANGUAGE_OF_SCRIPT:
        return LANGUAGE_OF_SCRIPT[first], f"by its script, {first}"
    return guess_by_words(text[:SAMPLE])


def guess_by_words(text: str) -> tuple[str, str]:
    words = Counter(LETTERS.findall(text.lower()))
    hits = Counter({name: sum(words[word] for word in common) for name, common in WORD_SETS.items()})
    (best, most), (_, next_best) = hits.most_common(2)
    if most < MIN_HITS or most < MIN_LEAD * next_best:
        return "", ""
    evidence = [word for word, _ in words.most_common() if word in WORD_SETS[best]][:3]
    return best, f"by its common words {', '.join(f'“{word}”' for word in evidence)}"
