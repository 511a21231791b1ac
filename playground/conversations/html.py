"""Answers as HTML; the same text is rendered once."""

from __future__ import annotations

from functools import lru_cache

try:
    from playground.markdown import render
except ImportError:
    render = None  # the renderer is not built yet


@lru_cache(maxsize=512)
def rendered(text: str) -> str:
    """`text` as safe HTML; empty where there is no text."""
    return render(text) if text.strip() and render is not None else ""
