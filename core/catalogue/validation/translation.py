"""Checks a translation request against its model."""

from __future__ import annotations

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.audio_file import check_file, check_prompt, check_subtitles
from core.contract.translation import TranslationRequest


def check_translation(request: TranslationRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest`, `Unsupported` or `TooLarge` naming the parameter and the models that can."""
    check_file(request, model)
    check_subtitles(request, model)
    check_prompt(request, model)
