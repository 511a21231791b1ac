"""The text a tab begins with."""

from __future__ import annotations

from django.utils.translation import get_language

from core.catalogue.entries import ModelEntry


def example(model: ModelEntry, default: str) -> str:
    """The model's example in the page's language, else in English, else `default`."""
    language = (get_language() or "en").split("-")[0]
    return model.examples.get(language) or model.examples.get("en") or default
