"""The speech tab: what it needs to know of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalogue.listing import Listing
from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.models import User
from playground import names
from playground.models import Run
from playground.studios.choices.recent_runs import recent_runs
from playground.studios.choices.styles import style_choices
from playground.studios.choices.voices import voice_picker
from playground.studios.default_models import listener, ready_models
from playground.studios.examples import example
from playground.studios.facts import StudioFacts
from playground.studios.reasons import availability

FACTS = StudioFacts(
    rank=0,
    first_event=gettext_lazy("First audio from the provider"),
    styles="playground/tabs/speech-styles.html",
)


def studio(entry: Listing, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """`limit` is in characters, `price` in US dollars per character, `speed` the range of speeds or None."""
    model, text = entry.model, example_text(entry)
    per_character = None if entry.comparable is None else entry.comparable / 1_000_000
    return {
        "text": text,
        **voice_picker(model, text, price=per_character),
        "limit": model.limits.get("characters"),
        "price": "" if per_character is None else f"{per_character:f}",
        "formats": downloads(entry),
        "speed": model.speed,
        "instructions": "instructions" in model.features,
        "voice_styles": style_choices(model),
        "listener": listener(),
        "names": names.page_names(entry)
        | {other.model.slug: other.model.name for other in ready_models(Task.SPEECH)},
        **availability(entry, _("This model cannot speak yet")),
        **recent_runs(entry, user),
    }


def downloads(entry: Listing) -> list[tuple[str, str]]:
    """(format, label) of files that players open; bare samples are stored as WAV."""
    formats = dict.fromkeys("wav" if form == "pcm" else form for form in entry.model.formats or ("mp3",))
    return [(form, form.upper()) for form in formats]


def example_text(entry: Listing) -> str:
    return example(entry.model, _("Every voice begins with a breath."))


def sample_params(entry: Listing, query: Mapping[str, str]) -> dict[str, Any]:
    text = example_text(entry)
    voice = voice_picker(entry.model, text)["voice"]
    return {"input": text, "voice": voice, "response_format": default_format(entry)}


def default_format(entry: Listing) -> str:
    formats = entry.model.formats
    return AudioFormat.MP3.value if AudioFormat.MP3 in formats or not formats else formats[0]


def receipt(run: Run) -> dict[str, Any]:
    return {}
