"""Refuses a text in a language that its speech model cannot speak, and names a voice that can."""

from __future__ import annotations

from typing import Any

from core.catalogue.entries import ModelEntry
from core.catalogue.lookup import callable_now
from core.catalogue.snapshot import current
from core.catalogue.validation.text_language import likely_language
from core.catalogue.validation.voice_language import primary
from core.contract.errors import Unsupported
from core.contract.tasks import Task
from core.contract.text.languages import english_name


def check_language(text: str, model: ModelEntry) -> None:
    """Raises `Unsupported` (`unsupported_language`) where the model is limited to `languages` without the
    text's; `metadata` has the `language`, and where there is one a `model` with the `voice` for it."""
    spoken = model.limits.get("languages")
    if not spoken or not (language := likely_language(text)) or language in spoken:
        return
    names = " and ".join(english_name(code).title() for code in spoken)
    found = speaker(language, model)
    metadata: dict[str, Any] = {"language": language, "languages": list(spoken)}
    advice = ""
    if found is not None:
        metadata["model"], metadata["voice"] = found
        advice = " {} can say it with the voice {}.".format(*found)
    wanted = english_name(language).title()
    raise Unsupported(
        f"{model.slug} speaks {names} only, and this text seems to be in {wanted}.{advice}",
        param="input",
        code="unsupported_language",
        metadata=metadata,
    )


def speaker(language: str, model: ModelEntry) -> tuple[str, str] | None:
    """The slug of a model that can be called now and the id of its first voice for `language`.

    A model of the same provider comes before others.
    """
    own = provider_slugs(model)
    found = [
        (own.isdisjoint(provider_slugs(other)), other.rank, other.slug, voice)
        for other in current().models.values()
        if other.visible and Task.SPEECH in other.tasks and not other.retired() and callable_now(other)
        if (voice := first_voice(other, language)) is not None
    ]
    return min(found)[2:] if found else None


def provider_slugs(model: ModelEntry) -> set[str]:
    return {endpoint.provider.slug for endpoint in model.endpoints}


def first_voice(model: ModelEntry, language: str) -> str | None:
    return next((voice.id for voice in model.voices if primary(voice.language) == language), None)
