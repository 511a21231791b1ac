"""Everything the transcription studio needs to know of a model: what it can, and why it cannot the rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Listing, Status
from core.catalogue.translators import ready_translators
from core.contract.languages import NAMES, english_name, primary
from core.contract.tasks import Task
from core.models import User
from playground.models import Upload
from playground.names import language_label

MIB = 1024 * 1024
NAMED = 3
MOST_WAITING = 20
OFFERED = 20


def studio(entry: Listing) -> dict[str, Any]:
    """The context of the tab; each `why_…` is empty where the control can be used."""
    model = entry.model
    limit = min(settings.MAX_UPLOAD_MB, model.limits.get("file_mb", settings.MAX_UPLOAD_MB))
    return {
        "limit": limit * MIB,
        "limit_mb": limit,
        "price": "" if entry.comparable is None else f"{entry.comparable:f}",
        "spoken": spoken(model),
        "why": "" if entry.ready else entry.help or _("Nobody serves it."),
        "why_title": _("This model is retired")
        if entry.status is Status.RETIRED
        else _("This model cannot listen yet"),
        "transcribes": Task.TRANSCRIPTION in model.tasks,
        "translates": Task.TRANSLATION in model.tasks,
        "translators": [(other.slug, other.name) for other in ready_translators()[:OFFERED]],
        "granularities": " ".join(granularities(model)),
        "speaker_limit": model.limits.get("speakers", 32),
        **reasons(model),
    }


def waiting(user: User) -> list[dict[str, Any]]:
    """This person's files that are still to be written down, in the order they came."""
    rows = Upload.objects.for_user(user).waiting((Task.TRANSCRIPTION, Task.TRANSLATION))[:MOST_WAITING]
    return [
        {
            "upload": str(row.id),
            "name": row.name,
            "bytes": row.bytes,
            "duration": row.seconds,
            "media": reverse("playground:upload", args=[row.id]),
            "type": row.media_type,
        }
        for row in reversed(rows)
    ]


def granularities(model: ModelEntry) -> list[str]:
    return [name for name in ("word", "segment") if f"{name}s" in model.features]


def params(entry: Listing) -> dict[str, Any]:
    """The request of the tab before anything is set."""
    timed = granularities(entry.model)
    if not timed or Task.TRANSCRIPTION not in entry.model.tasks:
        return {"response_format": "verbose_json" if timed else "json"}
    return {"response_format": "verbose_json", "timestamp_granularities": timed}


def reasons(model: ModelEntry) -> dict[str, str]:
    features = model.features
    free = not features
    return {
        "why_translation": ""
        if Task.TRANSLATION in model.tasks or ready_translators()
        else able(_("No language model is ready to translate what this one writes."), Task.TRANSLATION),
        "why_language": ""
        if len(model.languages) > 1
        or (not model.languages and (free or features & {"language", "languages"}))
        else one_language(model),
        "why_prompt": ""
        if free or "prompt" in features
        else lacking(_("This model takes no hints."), "prompt"),
        "why_timestamps": ""
        if features & {"words", "segments"}
        else lacking(_("This model tells no times."), "words"),
        "why_diarize": ""
        if "diarize" in features
        else lacking(_("This model does not tell who speaks."), "diarize"),
    }


def one_language(model: ModelEntry) -> str:
    if model.languages:
        names = ", ".join(language_label(code) for code in model.languages)
        return _("This model understands %(languages)s only.") % {"languages": names}
    return _("This model finds the language by itself.")


def lacking(sentence: str, feature: str) -> str:
    return able(sentence, Task.TRANSCRIPTION, feature)


def able(sentence: str, task: Task, feature: str = "") -> str:
    """The sentence, and the models that can, those first that are ready to use."""
    found = lookup.capable_models(task, fits=lambda model: not feature or feature in model.features)
    if not found:
        return f"{sentence} " + _("No model here can.")
    return f"{sentence} " + _("These can: %(models)s.") % {"models": ", ".join(found[:NAMED])}


def spoken(model: ModelEntry) -> list[tuple[str, str]]:
    """(code, name) of the languages to choose from, by name; all we know where the model names none."""
    codes = {primary(code) or code for code in model.languages} or NAMES
    named = ((code, named_in_words(code)) for code in codes)
    return sorted(named, key=lambda pair: pair[1].casefold())


def named_in_words(code: str) -> str:
    label = language_label(code)
    return english_name(code).title() if label == code else label
