"""The texts a tab begins with, or offers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from core.catalogue.entries import ModelEntry


def example(model: ModelEntry, default: str) -> str:
    """The model's first example in the page's language, else in English, else `default`."""
    return next(iter(own_examples(model)), default)


def examples(model: ModelEntry, others: Iterable[str], most: int, prefix: str = "") -> list[str]:
    """The model's own examples, a line each in the catalogue, filled up from `others`."""
    return list(dict.fromkeys([*own_examples(model, prefix), *others]))[:most]


def own_examples(model: ModelEntry, prefix: str = "") -> list[str]:
    language = (get_language() or "en").split("-")[0]
    text = model.examples.get(f"{prefix}{language}") or model.examples.get(f"{prefix}en") or ""
    return [line.strip() for line in text.splitlines() if line.strip()]
