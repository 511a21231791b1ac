"""Code highlighted with Pygments' CSS classes."""

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
REPETITIVE_LENGTH, REPETITIVE_RATIO = 2_000, 25
"""Longer code that compresses to less than 1/`REPETITIVE_RATIO` is not highlighted: lexers are slow on it."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+#._-]{0,23}")
FORMATTER = HtmlFormatter(nowrap=True)
NAMES = """
    bash c c++ console cpp cs csharp css diff docker dockerfile go golang graphql html http ini java
    javascript js json jsx kotlin latex lua make makefile markdown matlab md nginx objective-c perl php
    plpgsql postgresql powershell ps1 py python python3 r rb rs ruby rust scala scss sh shell sql swift tex
    toml ts tsx typescript xml yaml yml zsh
"""
HIGHLIGHTED = frozenset(NAMES.split())
"""Languages whose lexers are fast enough; code in others is not highlighted."""


def language_of(info: str) -> str:
    """The language a fence names, in lower case; "" where it names none."""
    name = NAME.match(info.strip())
    return name.group().casefold() if name else ""


def highlight_code(code: str, language: str) -> str:
    """`code` as HTML, everything in it escaped."""
    if language not in HIGHLIGHTED or len(code) > LONGEST or is_repetitive(code):
        return escape(code, quote=False)
    return highlight(code, lexer(language), FORMATTER).removesuffix("\n")


def is_repetitive(code: str) -> bool:
    if len(code) <= REPETITIVE_LENGTH:
        return False
    compressed = zlib.compress(code.encode(errors="replace"), 1)
    return len(compressed) * REPETITIVE_RATIO < len(code)


@lru_cache(maxsize=128)
def lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
