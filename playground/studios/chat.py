"""The chat tab: what a model takes, how it answers, and which models can instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bodies.files.audio import TAKEN
from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Filters, Listing, listings
from core.catalogue.lookup import capable_models, find
from core.catalogue.validation.chat import IMAGE_MB, max_file_mb
from core.catalogue.validation.voice_language import default_voice, primary
from core.contract.chat import Modality
from core.contract.errors import NotFound
from core.contract.tasks import Task
from core.models import User
from playground import names
from playground.conversations import serializer
from playground.conversations.serializer import answer_html
from playground.models import Conversation, Run
from playground.studios.cards import model_url
from playground.studios.choices.chat_settings import model_settings
from playground.studios.choices.presets import list_presets
from playground.studios.default_models import listener, ready_models
from playground.studios.examples import example
from playground.studios.facts import StudioFacts, UploadRules
from playground.studios.reasons import availability, with_alternatives

DOWNLOADS = ("wav", "mp3", "flac", "opus", "aac")
"""Formats of a downloaded audio answer: it is encoded here from the samples that the model sends."""

UPLOADS = UploadRules(
    ("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "audio/", "video/"),
    f"png, jpeg, webp, gif, pdf, {TAKEN}",
    image_mb=IMAGE_MB,
)
FACTS = StudioFacts(
    rank=1,
    first_event=gettext_lazy("First words from the provider"),
    styles="playground/tabs/chat-styles.html",
    result="playground/receipts/chat.html",
    uploads=UPLOADS,
    parameters={"response_format": gettext_lazy("Answered as")},
    described=False,
)

INPUT_REASONS = {
    Modality.IMAGE: gettext_lazy("This model cannot see pictures."),
    Modality.FILE: gettext_lazy("This model cannot read PDFs."),
    Modality.AUDIO: gettext_lazy("This model cannot hear."),
    Modality.VIDEO: gettext_lazy("This model cannot watch videos."),
}
NO_AUDIO = gettext_lazy("This model answers in writing only.")


class ModelAbilities(TypedDict):
    """What the composer and the settings panel read of a model.

    `accepts` has by modality whether it is `ok`, else `why` not, and the largest file in `limit_mb`; `speaks`
    has `ok`, `why`, `voices` (id and name) and `formats` of an audio answer.
    """

    accepts: dict[str, dict[str, Any]]
    speaks: dict[str, Any]


def studio(entry: Listing, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Raises `NotFound` for a `conversation` that is not the user's."""
    conversation = query.get("conversation", "")
    if conversation and not owns_conversation(user, conversation):
        raise NotFound("There is no such conversation, or it is not yours.", param="conversation")
    models = chat_models()
    return {
        **of_model(entry),
        "chat_models": models,
        "ready_models": [model for model in models if model["ready"]],
        "listener": listener(),
        "conversation": conversation,
        "conversations": serializer.page(user),
        "presets": list_presets(user),
        "names": names.chat_names(),
        "shortcuts": "playground/tabs/chat-shortcuts.html",
    }


def of_model(entry: Listing) -> dict[str, Any]:
    """What the tab shows of its model, and what changes with the model."""
    return {
        **abilities(entry.model),
        **model_settings(entry.model),
        "draws": Modality.IMAGE in entry.model.output_modalities,
        "example": example_question(entry.model),
        "ready": entry.ready,
        **availability(entry, _("This model cannot answer yet")),
        "speech_models": speech_models(),
    }


def owns_conversation(user: User, conversation: str) -> bool:
    try:
        return Conversation.objects.for_user(user).filter(id=UUID(conversation)).exists()
    except ValueError:
        return False


def abilities(model: ModelEntry) -> ModelAbilities:
    return {"accepts": {kind.value: accepts(model, kind) for kind in INPUT_REASONS}, "speaks": speaks(model)}


def accepts(model: ModelEntry, modality: Modality) -> dict[str, Any]:
    ok = takes(model, modality)
    limit = round(max_file_mb(model, modality), 1)
    return {"ok": ok, "why": "" if ok else input_reason(modality), "limit_mb": limit}


def takes(model: ModelEntry, modality: Modality) -> bool:
    # a model that declares nothing was added by an admin: only its server knows what it takes
    return not model.input_modalities or modality in model.input_modalities


def input_reason(modality: Modality) -> str:
    return reason(str(INPUT_REASONS[modality]), lambda model: modality in model.input_modalities)


def speaks(model: ModelEntry) -> dict[str, Any]:
    ok = Modality.AUDIO in model.output_modalities
    return {
        "ok": ok,
        "why": "" if ok else reason(str(NO_AUDIO), lambda other: Modality.AUDIO in other.output_modalities),
        "voices": [{"id": voice.id, "name": voice.name} for voice in model.voices] if ok else [],
        "formats": list(DOWNLOADS) if ok else [],
    }


def reason(sentence: str, fits: Callable[[ModelEntry], bool]) -> str:
    """The sentence, and the models that fit, those first that are ready to use."""
    return with_alternatives(sentence, map(names.model_name, capable_models(Task.CHAT, fits=fits)))


def chat_models() -> list[dict[str, Any]]:
    """Models that can continue a conversation, those first that are ready; what files each `takes`."""
    return [
        {
            "slug": entry.model.slug,
            "name": entry.model.name,
            "ready": entry.ready,
            "takes": [kind.value for kind in INPUT_REASONS if takes(entry.model, kind)],
        }
        for entry in listings(Filters(tasks=frozenset({Task.CHAT}), retired=False))
    ]


def speech_models() -> list[dict[str, Any]]:
    """Models ready to read an answer aloud, in the order of `ready_models`, with their voices and the one for
    the page's language. A voice without a `language` speaks any."""
    sample = _("Every voice begins with a breath.")
    return [
        {
            "slug": entry.model.slug,
            "name": entry.model.name,
            "voice": default_voice(entry.model.voices, sample) or "",
            "voices": [
                {"id": voice.id, "name": voice.name, "language": primary(voice.language)}
                for voice in entry.model.voices
            ],
        }
        for entry in ready_models(Task.SPEECH)
    ]


def example_question(model: ModelEntry) -> str:
    return example(model, _("What can you see, hear and read?"))


def sample_params(entry: Listing, query: Mapping[str, str]) -> dict[str, Any]:
    """The example as a first message; none where the page's `conversation` has messages."""
    if query.get("conversation"):
        return {"messages": []}
    return {"messages": [{"role": "user", "content": example_question(entry.model)}]}


def receipt(run: Run) -> dict[str, Any]:
    """The answer as HTML, its reasoning and tool calls, the files of both, the URL of its conversation."""
    message = run.messages.order_by("created_at").first()
    link = f"{model_url(run.model)}?conversation={message.conversation_id}" if message else ""
    generated = [image["upload"]["id"] for image in run.answer.get("images") or () if image.get("upload")]
    return {
        "answer": answer_html(run.answer.get("text", ""), run.answer),
        "reasoning": run.answer.get("reasoning", ""),
        "reasoning_seconds": run.answer.get("reasoning_seconds"),
        "calls": run.answer.get("calls", []),
        "files": run.uploads.exclude(id__in=generated),
        "images": run.uploads.filter(id__in=generated).order_by("name"),
        "conversation_url": link if find(run.model) else "",
    }
