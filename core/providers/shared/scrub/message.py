"""A provider's message made safe to show: no keys, no query strings, no control characters, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.providers.shared.scrub.spellings import HIDDEN, compiled, is_secret
from core.providers.shared.surrogates import without_halves

LONGEST = 500
SHORTEST_SECRET = 4

URL = re.compile(
    r"(\b[a-z][a-z0-9+.-]{1,15}://)(?:[^\s/\"'<>@]*@)?([^\s\"'<>?#]*)(?:[?#][^\s\"'<>]*)?", re.IGNORECASE
)
BEARER = re.compile(r"\b(bearer|basic)\s+[^\s\"',;}]+", re.IGNORECASE)
KEY = re.compile(r"\b(?:sk|ak|pk|gsk|xai)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}")
PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----.*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|\Z)"
    r"|(\"private_key(?:_id)?\\?\"\s*:\s*\\?\")[^\"]*",
    re.DOTALL,
)
"""PEM, whole or cut off, and the fields of a service account."""

BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def scrub(text: str, hide: Iterable[str] = ()) -> str:
    """`text` in one line of at most 500 characters, without `hide` and without what looks like a key."""
    text = BLANK.sub(" ", without(hide, text)).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def without(hide: Iterable[str], text: str) -> str:
    """`text` without `hide`, query strings and what looks like a key; its lines and length stay."""
    for secret in hide:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
        if is_secret(secret):
            text = compiled((secret,)).hide(text)
    text = PRIVATE_KEY.sub(lambda found: (found[1] or "") + HIDDEN, without_halves(text))
    text = URL.sub(r"\1\2", text)
    text = BEARER.sub(rf"\1 {HIDDEN}", text)
    return KEY.sub(HIDDEN, text)
