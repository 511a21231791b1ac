"""What the chat tab needs to know of a model: what it takes, how it answers, why it cannot the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Filters, Listing, Status, listings
from core.catalogue.lookup import capable_models
from core.catalogue.validation.chat import max_file_mb
from core.catalogue.validation.voice_language import default_voice
from core.contract.chat import Modality
from core.contract.tasks import Task
from playground.names import model_name

NAMED = 3
DOWNLOADS = ("wav", "mp3", "flac", "opus", "aac")
"""What a spoken answer can be kept as: the samples that come are encoded here."""


SENTENCES = {
    Modality.IMAGE: gettext_lazy("This model cannot see pictures."),
    Modality.FILE: gettext_lazy("This model cannot read PDFs."),
    Modality.AUDIO: gettext_lazy("This model cannot hear."),
    Modality.VIDEO: gettext_lazy("This model cannot watch videos."),
}
MUTE = gettext_lazy("This model answers in writing only.")


def studio(entry: Listing) -> dict[str, Any]:
    """The context of the tab; a `why` is empty where the control can be used."""
    retired = entry.status is Status.RETIRED
    reasons = Reasons()
    return {
        **reasons.of(entry.model),
        "draws": Modality.IMAGE in entry.model.output_modalities,
        "example": example(entry.model),
        "ready": entry.ready,
        "why": "" if entry.ready else entry.help or _("Nobody serves it."),
        "why_title": _("This model is retired") if retired else _("This model cannot answer yet"),
        "chat_models": chat_models(reasons),
        "speech_models": speech_models(),
    }


class Reasons:
    """Why a model cannot, and which can instead: the same sentence for all models of a page."""

    def __init__(self) -> None:
        self.deaf = {
            modality: able(str(sentence), lambda model, kind=modality: kind in model.input_modalities)
            for modality, sentence in SENTENCES.items()
        }
        self.mute = able(str(MUTE), lambda model: Modality.AUDIO in model.output_modalities)

    def of(self, model: ModelEntry) -> dict[str, Any]:
        """`accepts`, `speaks` and the names of the parameters it knows, as the settings panel reads them."""
        return {
            "accepts": {kind.value: self.accepts(model, kind) for kind in SENTENCES},
            "speaks": self.speaks(model),
            "params": sorted(model.features),
        }

    def accepts(self, model: ModelEntry, modality: Modality) -> dict[str, Any]:
        # a model that declares nothing is an admin's own: its server knows what it takes
        ok = not model.input_modalities or modality in model.input_modalities
        limit = round(max_file_mb(model, modality), 1)
        return {"ok": ok, "why": "" if ok else self.deaf[modality], "limit_mb": limit}

    def speaks(self, model: ModelEntry) -> dict[str, Any]:
        ok = Modality.AUDIO in model.output_modalities
        return {
            "ok": ok,
            "why": "" if ok else self.mute,
            "voices": [{"id": voice.id, "name": voice.name} for voice in model.voices] if ok else [],
            "formats": list(DOWNLOADS) if ok else [],
        }


def able(sentence: str, fits: Callable[[ModelEntry], bool]) -> str:
    """The sentence, and the models that can, those first that are ready to use."""
    found = capable_models(Task.CHAT, fits=fits)
    if not found:
        return f"{sentence} " + _("No model here can.")
    return f"{sentence} " + _("These can: %(models)s.") % {
        "models": ", ".join(map(model_name, found[:NAMED]))
    }


def chat_models(reasons: Reasons) -> list[dict[str, Any]]:
    """Models a conversation can go on with, those that are ready first."""
    return [
        {
            "slug": entry.model.slug,
            "name": entry.model.name,
            "ready": entry.ready,
            **reasons.of(entry.model),
        }
        for entry in listings(Filters(tasks=frozenset({Task.CHAT}), retired=False))
    ]


def speech_models() -> list[dict[str, Any]]:
    """Models that can read an answer aloud now, with their voices and the one for the page's language."""
    found = listings(Filters(tasks=frozenset({Task.SPEECH}), ready=True, retired=False))
    sample = _("Every voice begins with a breath.")
    return [
        {
            "slug": entry.model.slug,
            "name": entry.model.name,
            "voice": default_voice(entry.model.voices, sample) or "",
            "voices": [{"id": voice.id, "name": voice.name} for voice in entry.model.voices],
        }
        for entry in found
    ]


def example(model: ModelEntry) -> str:
    language = (get_language() or "en").split("-")[0]
    return model.examples.get(language) or model.examples.get("en") or _("What can you see, hear and read?")
