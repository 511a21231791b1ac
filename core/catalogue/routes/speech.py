"""The route of a speech request: one voice, and per endpoint the first wanted format that it makes."""

from __future__ import annotations

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.targets import FIRST_EVENT_SECONDS, build_target, live_endpoints
from core.catalogue.validation.speech import check_speech, ignored_fields, match_formats, speech_voice
from core.contract.route import Policy, Route
from core.contract.speech import SpeechRequest


def route_speech(request: SpeechRequest, model: ModelEntry) -> Route:
    lookup.check_task(model, request.task)
    check_speech(request, model)
    voice = speech_voice(request, model)
    pairs = match_formats(request, live_endpoints(model, request.task))
    return Route(
        model=model.slug,
        targets=tuple(build_target(endpoint, voice.id, choice) for endpoint, choice in pairs),
        policy=Policy(first_event=FIRST_EVENT_SECONDS),
        ignored=ignored_fields(request, model),
        voice=voice.stand_in,
    )
