"""Formulas as MathML, which browsers draw by themselves; what cannot be read is shown as it was written."""

from __future__ import annotations

from functools import lru_cache
from html import escape

LONGEST = 2_000
DEEPEST = 40


@lru_cache(maxsize=1024)
def formula(latex: str, display: bool) -> str:
    """MathML, or the source as code. Its text is escaped; its attributes are not to be trusted."""
    if len(latex) <= LONGEST and depth(latex) <= DEEPEST:
        try:
            return converted(latex, display)
        except Exception:  # a formula of anybody's may break the converter in any way
            return f"<code>{escape(latex)}</code>"
    return f"<code>{escape(latex)}</code>"


def converted(latex: str, display: bool) -> str:
    from latex2mathml.converter import convert  # noqa: PLC0415 — most answers have no formulas, it takes 0.2 s

    return convert(latex, display="block" if display else "inline")


def depth(latex: str) -> int:
    deepest = now = 0
    for character in latex:
        if character == "{":
            now += 1
            deepest = max(deepest, now)
        elif character == "}":
            now -= 1
    return max(deepest, latex.count("\\left"), latex.count("\\begin"))
