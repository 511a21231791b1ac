"""LaTeX formulas as MathML, which browsers render natively; what cannot be converted is shown as source."""

from __future__ import annotations

from functools import lru_cache
from html import escape

LONGEST = 2_000
DEEPEST = 40


@lru_cache(maxsize=1024)
def mathml(latex: str, display: bool) -> str:
    """MathML, or the source as code. Text is escaped; attributes must still be sanitized."""
    if len(latex) <= LONGEST and nesting_depth(latex) <= DEEPEST:
        try:
            return convert_formula(latex, display)
        except Exception:  # arbitrary input may raise anything in the converter
            return f"<code>{escape(latex)}</code>"
    return f"<code>{escape(latex)}</code>"


def convert_formula(latex: str, display: bool) -> str:
    from latex2mathml.converter import convert  # noqa: PLC0415 — most answers have no formulas, it takes 0.2 s

    return convert(latex, display="block" if display else "inline")


def nesting_depth(latex: str) -> int:
    deepest = now = 0
    for character in latex:
        if character == "{":
            now += 1
            deepest = max(deepest, now)
        elif character == "}":
            now -= 1
    return max(deepest, latex.count("\\left"), latex.count("\\begin"))
