"""Which settings of a chat a model knows."""

from __future__ import annotations

from typing import TypedDict

from core.catalogue.entries import ModelEntry

NUMBERS = ("temperature", "top_p", "max_tokens", "seed")
REASONING = frozenset({"reasoning", "reasoning_effort"})


class ModelSettings(TypedDict):
    """The controls that are switched off, by the names of their parameters; whether numbers are among them;
    the most tokens that the model writes, None where that is not known."""

    unknown: list[str]
    numbers_unknown: bool
    max_tokens: int | None


def model_settings(model: ModelEntry) -> ModelSettings:
    numbers = unknown_numbers(model.features)
    others = unknown_others(model.features)
    return {"unknown": [*numbers, *others], "numbers_unknown": bool(numbers), "max_tokens": model.max_output}


def unknown_numbers(features: frozenset[str]) -> list[str]:
    """None where no number is among the features: then the model's source does not list them."""
    listed = not features.isdisjoint(NUMBERS)
    return [name for name in NUMBERS if listed and name not in features]


def unknown_others(features: frozenset[str]) -> list[str]:
    """None of a model without features, which an admin has added."""
    if not features:
        return []
    known = {
        "response_format": "response_format" in features,
        "reasoning_effort": not features.isdisjoint(REASONING),
    }
    return [name for name in known if not known[name]]
