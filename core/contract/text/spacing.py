"""Joins words and sentences as their script does it: with spaces, or without where it writes none."""

from __future__ import annotations

import re
from collections.abc import Sequence

UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese and Yi, with their punctuation; not Korean."""


def is_unspaced(character: str) -> bool:
    return UNSPACED.match(character) is not None


def join_texts(texts: Sequence[str]) -> str:
    """One text of several; pieces that bring their own spaces are joined as they are."""
    if any(text[:1].isspace() for text in texts[1:]) or any(text[-1:].isspace() for text in texts[:-1]):
        return "".join(texts)
    found = ""
    for text in texts:
        glued = not found or not text or (is_unspaced(found[-1]) and is_unspaced(text[0]))
        found += text if glued else f" {text}"
    return found
