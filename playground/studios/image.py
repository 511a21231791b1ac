"""The tab that draws: what it needs to know of a model, and why controls cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Listing
from core.contract.chat import Modality
from core.contract.errors import NotFound
from core.contract.tasks import Task
from core.models import User
from playground import names
from playground.conversations.files import file_summary
from playground.models import Run, Upload
from playground.studios.choices.image_prices import image_prices
from playground.studios.choices.image_runs import image_runs
from playground.studios.choices.image_settings import choices, custom_size
from playground.studios.choices.recent_runs import recent_runs
from playground.studios.default_models import default_model
from playground.studios.examples import example, examples
from playground.studios.facts import StudioFacts, UploadRules
from playground.studios.reasons import availability, with_alternatives

MOST_INPUTS = 16
SHOWN_EXAMPLES = 3
EDITS = "edit-"
"""Before the language of examples of edits."""
EXAMPLES = (
    gettext_lazy("A tea house between bamboos in the rain, woodcut in two colours."),
    gettext_lazy("A poster for a night of jazz: a saxophone made of city lights."),
    gettext_lazy("A paper lighthouse on a wooden desk at dusk."),
)
EDIT_EXAMPLES = (
    gettext_lazy("Make it a watercolour."),
    gettext_lazy("Let it snow."),
    gettext_lazy("Put a red balloon into the sky."),
)
"""For models with fewer examples of their own."""

FACTS = StudioFacts(
    rank=4,
    first_event=gettext_lazy("First picture from the provider"),
    styles="playground/tabs/image-styles.html",
    result="playground/receipts/image.html",
    uploads=UploadRules(("image/png", "image/jpeg", "image/webp", "image/gif"), "PNG, JPEG, WebP, GIF"),
    parameters={
        "n": gettext_lazy("Pictures"),
        "size": gettext_lazy("Size"),
        "aspect_ratio": gettext_lazy("Shape"),
        "resolution": gettext_lazy("Resolution"),
        "quality": gettext_lazy("Quality"),
        "style": gettext_lazy("Style"),
        "background": gettext_lazy("Background"),
        "output_format": gettext_lazy("Format"),
        "partial_images": gettext_lazy("Unfinished pictures shown"),
    },
    shown_elsewhere=("prompt", "image", "images", "mask"),
)


def studio(entry: Listing, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Each `why_…` is empty where the control can be used; `choices` are those of each parameter.

    `sources` are the pictures that `?image=` names, to be edited; `prices` as `image_prices`, `details` as
    `image_runs`; `chat_model` is the model that "Use in chat" opens.
    """
    limits = entry.model.limits
    prompts = examples(entry.model, map(str, EXAMPLES), SHOWN_EXAMPLES)
    recent = recent_runs(entry, user)
    runs, running = list(recent["runs"]), recent["running"]
    shown = [running, *runs] if running else runs
    prefetch_related_objects(shown, "uploads")
    return {
        "prompt": query.get("prompt") or prompts[0],
        "examples": prompts,
        "edit_examples": examples(entry.model, map(str, EDIT_EXAMPLES), SHOWN_EXAMPLES, EDITS),
        "limit": limits.get("characters"),
        "choices": choices(entry.model),
        "custom_size": custom_size(limits),
        "most": limits.get("n", 1),
        "most_images": limits.get("images", 0),
        "most_partials": limits.get("partial_images", 0),
        "varies": bool(limits.get("variations") or limits.get("images")),
        "masked": bool(limits.get("mask")),
        "prices": image_prices(entry),
        "sources": sources(user, query),
        "chat_model": chat_model(),
        "names": names.page_names(entry),
        "details": image_runs(shown),
        **control_reasons(entry.model),
        **availability(entry, _("This model cannot draw yet")),
        "runs": runs,
        "running": running,
    }


def chat_model() -> str:
    """The model that can be asked about a picture; empty where none is ready."""
    found = default_model(Task.CHAT, lambda model: Modality.IMAGE in model.input_modalities)
    return found.slug if found else ""


def sources(user: User, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The pictures that the page's URL names by their ids. Raises `NotFound` for one of another user."""
    found = []
    for text in filter(None, query.get("image", "").split(",")[:MOST_INPUTS]):
        try:
            row = Upload.objects.for_user(user).filter(id=UUID(text)).first()
        except ValueError:
            row = None
        if row is None or not row.media_type.startswith("image/"):
            raise NotFound("There is no such picture, or it is not yours.")
        found.append(file_summary(row))
    return found


def control_reasons(model: ModelEntry) -> dict[str, str]:
    limits = model.limits
    return {
        "why_edit": ""
        if limits.get("images")
        else unsupported(_("This model draws from words only."), "images"),
        "why_mask": "" if limits.get("mask") else unsupported(_("This model takes no mask."), "mask"),
        "why_seed": "" if limits.get("seed") else unsupported(_("This model takes no seed."), "seed"),
    }


def unsupported(sentence: str, limit: str) -> str:
    """The sentence, and models that have what it says is lacking."""
    return with_alternatives(
        sentence, lookup.capable_models(Task.IMAGE, fits=lambda model: bool(model.limits.get(limit)))
    )


def sample_params(entry: Listing, query: Mapping[str, str]) -> dict[str, Any]:
    return {"prompt": example(entry.model, str(EXAMPLES[0]))}


def receipt(run: Run) -> dict[str, Any]:
    """`pictures` are those of the answer, `inputs` the files that were sent along."""
    pictures = run.answer.get("images", [])
    made = {image["upload"]["id"] for image in pictures if "upload" in image}
    return {
        "pictures": pictures,
        "inputs": [file_summary(row) for row in run.uploads.all() if str(row.id) not in made],
    }
