"""The route of a transcription request."""

from __future__ import annotations

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.audio_file import audio_file_policy, audio_file_targets
from core.catalogue.validation.transcription import check_transcription
from core.contract.route import Route
from core.contract.transcription import TranscriptionRequest


def route_transcription(request: TranscriptionRequest, model: ModelEntry) -> Route:
    """Word times that the model does not give are to be aligned afterwards (`Route.align`)."""
    lookup.check_task(model, request.task)
    check_transcription(request, model)
    return Route(
        model=model.slug,
        targets=audio_file_targets(request, model, demands(request), wishes(request)),
        policy=audio_file_policy(request.file),
        align=request.words and "words" not in model.features,
    )


def demands(request: TranscriptionRequest) -> tuple[str, ...]:
    """Fields without which the answer would be another one, or the file be kept."""
    found = {
        "enable_logging": request.logging is False,
        "num_speakers": request.speakers is not None,
    }
    return tuple(name for name, demanded in found.items() if demanded)


def wishes(request: TranscriptionRequest) -> tuple[str, ...]:
    """Fields that are obeyed where that is possible: orq.ai's client always asks for events of the audio."""
    return ("tag_audio_events",) if request.tag_events else ()
