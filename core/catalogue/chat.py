"""What a conversation must be for a given model: the kinds of its parts, its answer's sound, its size."""

from __future__ import annotations

from core.catalogue.entries import ModelEntry
from core.contract.requests import ChatRequest


def check_chat(request: ChatRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest`, `Unsupported` or `TooLarge` naming the part and the models that can."""
