"""In which scripts a text is written, and in which language it probably is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

SPEAKING = {
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
"""Scripts that one language mostly has to itself."""

COMMON = {
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
"""The words that no long text of a language does without."""

WORDS = {name: frozenset(words.split()) for name, words in COMMON.items()}
LETTERS = re.compile(r"[^\W\d_]+")
ENOUGH, CLEAR = 2, 1.3
"""Common words that must be found, and by how much the best language must beat the next."""

SAMPLE = 20_000
KANA = ("Hiragana", "Katakana")


class Scripts:
    """Counts letters by script as pieces of a text come."""

    def __init__(self) -> None:
        self._letters: Counter[str] = Counter()

    def feed(self, text: str) -> None:
        self._letters.update(text)

    def shares(self) -> list[tuple[str, float]]:
        """Scripts with their share of all letters, the commonest first."""
        found: Counter[str] = Counter()
        for letter, number in self._letters.items():
            if letter.isalpha():
                found[script(letter)] += number
        return [(name, number / found.total()) for name, number in found.most_common()]


@lru_cache(maxsize=4096)
def script(letter: str) -> str:
    """The script of a letter, by the first word of its Unicode name."""
    name = unicodedata.name(letter, "OTHER").split(" ", 1)[0].partition("-")[0]
    return "Han" if name == "CJK" else name.title()


def language(text: str, shares: list[tuple[str, float]]) -> tuple[str, str]:
    """The likely language and the evidence; two empty strings where there is too little of it."""
    if not shares:
        return "", ""
    scripts = dict(shares)
    if sum(scripts.get(name, 0) for name in KANA) > 0.02:
        return "Japanese", "it is written in kana"
    first = shares[0][0]
    if first in SPEAKING:
        return SPEAKING[first], f"by its script, {first}"
    return by_words(text[:SAMPLE])


def by_words(text: str) -> tuple[str, str]:
    words = Counter(LETTERS.findall(text.lower()))
    hits = Counter({name: sum(words[word] for word in common) for name, common in WORDS.items()})
    (best, most), (_, next_best) = hits.most_common(2)
    if most < ENOUGH or most < CLEAR * next_best:
        return "", ""
    told = [word for word, _ in words.most_common() if word in WORDS[best]][:3]
    return best, f"by its common words {', '.join(f'“{word}”' for word in told)}"
