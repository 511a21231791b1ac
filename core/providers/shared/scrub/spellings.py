"""The secrets of a target, and the ways in which a provider may write them back."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from core.contract.route import Target

HIDDEN = "[hidden]"
MARK = 6
"""So many first characters tell that a secret may follow; the public `sk-` of many keys is shorter."""
SHORTEST, SHORTEST_WORDS = 8, 20
"""Characters of a secret with a digit and of one without: servers without a key of their own are given words
such as `lm-studio` or `sk-no-key-required`, which answers may contain."""
SECRET_HEADER = re.compile(r"auth|cookie|key|password|secret|token", re.IGNORECASE)
SCHEME = re.compile(r"\A(?:basic|bearer|token)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spellings:
    """Every spelling of some secrets; `marks` finds their beginnings, `starts` overlapping ones as well."""

    texts: tuple[str, ...]
    marks: re.Pattern[str]
    starts: re.Pattern[str]
    whole: re.Pattern[str]

    def hide(self, text: str) -> str:
        return self.whole.sub(HIDDEN, text) if self.marks.search(text) else text

    def clean(self, value: Any) -> Any:
        """A JSON value without the secrets in its strings and names."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {self.clean(name): self.clean(inner) for name, inner in value.items()}
        return [self.clean(inner) for inner in value] if isinstance(value, list | tuple) else value

    def begins(self, text: str) -> Iterator[str]:
        """The spellings that begin with `text`."""
        return (spelling for spelling in self.texts if spelling.startswith(text))


def spellings_of(target: Target) -> Spellings | None:
    """Those of the secrets that a call of `target` carries; None where it carries none.

    Raises `Unavailable` where its key is locked.
    """
    values = [value for name, value in target.headers.items() if SECRET_HEADER.search(name)]
    if target.credential is not None:
        values.append(target.credential.reveal())
    return of_values(tuple(values)) if values else None


@lru_cache(maxsize=256)
def of_values(values: tuple[str, ...]) -> Spellings | None:
    secrets = tuple(secret for value in values if is_secret(secret := SCHEME.sub("", value)))
    return compiled(secrets) if secrets else None


def is_secret(text: str) -> bool:
    least = SHORTEST if any(letter.isdigit() for letter in text) else SHORTEST_WORDS
    return len(text) >= least


@lru_cache(maxsize=256)
def compiled(secrets: tuple[str, ...]) -> Spellings:
    texts = dict.fromkeys(spelling for secret in secrets for spelling in spelled(secret))
    marks = "|".join(dict.fromkeys(re.escape(text[:MARK]) for text in texts))
    whole = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
    return Spellings(tuple(texts), re.compile(marks), re.compile(f"(?={marks})"), re.compile(whole))


def spelled(secret: str) -> Iterator[str]:
    """A secret as it is, URL-encoded, and in Base64 wherever in the encoded bytes it begins."""
    yield secret
    encoded = quote(secret, safe="")
    yield encoded
    yield re.sub("%..", lambda found: found[0].lower(), encoded)
    data = secret.encode()
    for before in range(3):
        # without the characters that also depend on the bytes before and after
        first, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        text = base64.b64encode(bytes(before) + data).decode()[first:end]
        yield text
        yield text.replace("+", "-").replace("/", "_")
