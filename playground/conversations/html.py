"""Answers as HTML; the same text is rendered once."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language

from playground.markdown import render


def rendered(text: str) -> str:
    """`text` as safe HTML in the language of the page; empty where there is no text."""
    return remembered(text, get_language() or "") if text.strip() else ""


@lru_cache(maxsize=512)
def remembered(text: str, _language: str) -> str:
    return render(text)
