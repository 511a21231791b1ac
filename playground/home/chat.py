"""The panel that chats: a question, which begins a conversation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.catalogue.listing import Listing
from core.contract.chat import Modality
from playground.studios.chat import example_question

KINDS = (Modality.IMAGE, Modality.FILE, Modality.AUDIO, Modality.VIDEO)


def panel(entry: Listing) -> dict[str, Any]:
    """`takes` names the kinds of files that the model reads."""
    labels = {
        Modality.IMAGE: _("images"),
        Modality.FILE: _("PDFs"),
        Modality.AUDIO: _("audio"),
        Modality.VIDEO: _("video"),
    }
    accepted = entry.model.input_modalities
    takes = [labels[kind] for kind in KINDS if kind in accepted]
    return {"text": example_question(entry.model), "takes": ", ".join(takes)}
