"""Code in colour, by Pygments' classes."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

LONGEST = 12_000
REPEATING, PLAIN = 2_000, 25
"""Code of that many characters that packs to less than a 25th is no code: lexers take long over it."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+#._-]{0,23}")
FORMATTER = HtmlFormatter(nowrap=True)
NAMES = """
    bash c c++ console cpp cs csharp css diff docker dockerfile go golang graphql html http ini java
    javascript js json jsx kotlin latex lua make makefile markdown matlab md nginx objective-c perl php
    plpgsql postgresql powershell ps1 py python python3 r rb rs ruby rust scala scss sh shell sql swift tex
    toml ts tsx typescript xml yaml yml zsh
"""
COLOURED = frozenset(NAMES.split())
"""Languages whose lexers are worth their time; code in others is shown plain."""


def language_of(info: str) -> str:
    """The language a fence names, in small letters; "" where it is no name."""
    name = NAME.match(info.strip())
    return name.group().casefold() if name else ""


def coloured(code: str, language: str) -> str:
    """`code` as HTML, everything in it escaped."""
    if language not in COLOURED or len(code) > LONGEST or monotonous(code):
        return escape(code, quote=False)
    return highlight(code, lexer(language), FORMATTER).removesuffix("\n")


def monotonous(code: str) -> bool:
    return len(code) > REPEATING and len(zlib.compress(code.encode(errors="replace"), 1)) * PLAIN < len(code)


@lru_cache(maxsize=128)
def lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
