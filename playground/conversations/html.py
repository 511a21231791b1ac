"""Answers as HTML; the same text is rendered once."""

from __future__ import annotations

from functools import lru_cache

try:
    from playground.markdown import html
except ImportError:
    html = None  # the renderer is not built yet


@lru_cache(maxsize=512)
def rendered(text: str) -> str:
    """`text` as safe HTML; empty where there is no text."""
    return html(text) if text.strip() and html is not None else ""
