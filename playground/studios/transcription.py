"""The transcription tab: what it needs to know of a model, and why controls cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bodies.files.audio import TAKEN
from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Listing
from core.catalogue.routes.audio_file import takes
from core.catalogue.translators import ready_translators
from core.contract.tasks import Task
from core.contract.text.languages import NAMES, english_name, primary
from core.models import User
from playground.models import Run, Upload
from playground.names import language_label
from playground.runs import transcript
from playground.studios.choices.recent_runs import recent_runs
from playground.studios.choices.recordings import recordings
from playground.studios.facts import StudioFacts, UploadRules
from playground.studios.reasons import availability, with_alternatives

MIB = 1024 * 1024
WAITING_SHOWN = 20
TRANSLATORS_SHOWN = 20

FACTS = StudioFacts(
    rank=2,
    first_event=gettext_lazy("First words from the provider"),
    styles="playground/tabs/transcription-styles.html",
    result="playground/receipts/transcription.html",
    uploads=UploadRules(("audio/", "video/"), TAKEN, audio_required=True),
    parameters={"response_format": gettext_lazy("Requested")},
    has_transcript=True,
    can_align=True,
)


class WaitingFile(TypedDict):
    """A file without a transcript; `duration` in seconds where it was measured, `media` its URL."""

    upload: str
    name: str
    bytes: int
    duration: float | None
    media: str
    type: str


class UsedFile(WaitingFile):
    """The file of an earlier run, which stays where it is when it leaves the list."""

    kept: bool


def studio(entry: Listing, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Each `why_…` is empty where the control can be used; `limit` is in bytes, `price` in US dollars.

    `?again=` names a run whose file is the first of those that wait; `again_gone`, that it is not stored.
    """
    model = entry.model
    limit = min(settings.MAX_UPLOAD_MB, model.limits.get("file_mb", settings.MAX_UPLOAD_MB))
    return {
        "limit": limit * MIB,
        "limit_mb": limit,
        "price": "" if entry.comparable is None else f"{entry.comparable:f}",
        "spoken_languages": languages(model),
        **availability(entry, _("This model cannot listen yet")),
        "transcribes": Task.TRANSCRIPTION in model.tasks,
        "translates": Task.TRANSLATION in model.tasks,
        "translators": [(other.slug, other.name) for other in ready_translators()[:TRANSLATORS_SHOWN]],
        "granularities": " ".join(granularities(model)),
        "counts_speakers": takes("num_speakers")(model),
        "speaker_limit": model.limits.get("speakers", 32),
        **control_reasons(model),
        **files(user, query.get("again", "")),
        "recordings": recordings(model) if entry.ready else [],
        **recent_runs(entry, user),
    }


def files(user: User, again: str) -> dict[str, Any]:
    """`waiting` files, that of the run `again` first, and whether that one is gone."""
    waiting: list[WaitingFile] = waiting_files(user)
    run = used_run(user, again)
    if run and run.upload:
        used: UsedFile = {**waiting_file(run.upload), "kept": True}
        waiting = [used, *waiting]
    return {"waiting": waiting, "again_gone": bool(run and not run.upload)}


def used_run(user: User, run_id: str) -> Run | None:
    try:
        number = UUID(run_id)
    except ValueError:
        return None
    return Run.objects.for_user(user).filter(pk=number).select_related("upload").first()


def waiting_files(user: User) -> list[WaitingFile]:
    """The user's uploads without a transcript, oldest first."""
    rows = Upload.objects.for_user(user).waiting((Task.TRANSCRIPTION, Task.TRANSLATION))[:WAITING_SHOWN]
    return [waiting_file(row) for row in reversed(rows)]


def waiting_file(row: Upload) -> WaitingFile:
    return {
        "upload": str(row.id),
        "name": row.name,
        "bytes": row.bytes,
        "duration": row.seconds,
        "media": reverse("playground:upload", args=[row.id]),
        "type": row.media_type,
    }


def granularities(model: ModelEntry) -> list[str]:
    return [name for name in ("word", "segment") if f"{name}s" in model.features]


def sample_params(entry: Listing, query: Mapping[str, str]) -> dict[str, Any]:
    levels = granularities(entry.model)
    if not levels or Task.TRANSCRIPTION not in entry.model.tasks:
        return {"response_format": "verbose_json" if levels else "json"}
    return {"response_format": "verbose_json", "timestamp_granularities": levels}


def control_reasons(model: ModelEntry) -> dict[str, str]:
    features = model.features
    undeclared = not features
    return {
        "why_translation": ""
        if Task.TRANSLATION in model.tasks or ready_translators()
        else unsupported(_("No chat model is ready to translate the transcript."), Task.TRANSLATION),
        "why_language": ""
        if len(model.languages) > 1
        or (not model.languages and (undeclared or features & {"language", "languages"}))
        else single_language_reason(model),
        "why_prompt": ""
        if undeclared or "prompt" in features
        else missing_feature(_("This model takes no vocabulary."), "prompt"),
        "why_timestamps": ""
        if features & {"words", "segments"}
        else missing_feature(_("This model returns no timestamps."), "words"),
        "why_diarize": ""
        if "diarize" in features
        else missing_feature(_("This model does not tell speakers apart."), "diarize"),
    }


def single_language_reason(model: ModelEntry) -> str:
    if model.languages:
        names = ", ".join(language_label(code) for code in model.languages)
        return _("This model understands %(languages)s only.") % {"languages": names}
    return _("This model finds the language by itself.")


def missing_feature(sentence: str, feature: str) -> str:
    return unsupported(sentence, Task.TRANSCRIPTION, feature)


def unsupported(sentence: str, task: Task, feature: str = "") -> str:
    """The sentence, and models of `task` with the feature, those first that are ready to use."""
    return with_alternatives(
        sentence, lookup.capable_models(task, fits=lambda model: not feature or feature in model.features)
    )


def languages(model: ModelEntry) -> list[tuple[str, str]]:
    """(code, label) of the languages to choose from, by label; all known ones where none are declared."""
    codes = {primary(code) or code for code in model.languages} or NAMES
    labels = ((code, label_or_name(code)) for code in codes)
    return sorted(labels, key=lambda pair: pair[1].casefold())


def label_or_name(code: str) -> str:
    label = language_label(code)
    return english_name(code).title() if label == code else label


def receipt(run: Run) -> dict[str, Any]:
    """`transcript_files` are the extensions in which a transcript can be downloaded."""
    return {"transcript_files": list(transcript.FILES)}
