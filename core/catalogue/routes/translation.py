"""The route of a translation request: by one model, or by one that transcribes and one that translates."""

from __future__ import annotations

from dataclasses import replace

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.audio_file import audio_file_policy, audio_file_targets
from core.catalogue.routes.chat import route_chat
from core.catalogue.routes.transcription import route_transcription
from core.catalogue.translators import choose_translator, needs_translator
from core.catalogue.validation.translation import check_translation
from core.contract.errors import Unsupported
from core.contract.route import Route
from core.contract.translation import TranslationRequest
from core.routing.two_step_translation import IntermediateTranscript, chat_request, transcription_request


def route_translation(request: TranslationRequest, model: ModelEntry) -> Route:
    if needs_translator(request, model):
        return route_two_steps(request, model)
    demands = ("enable_logging",) if request.logging is False else ()
    lookup.check_task(model, request.task)
    check_translation(request, model)
    return Route(
        model=model.slug,
        targets=audio_file_targets(request, model, demands),
        policy=audio_file_policy(request.file),
    )


def route_two_steps(request: TranslationRequest, model: ModelEntry) -> Route:
    """The route of the transcription, `then` that of the chat request which translates it.

    Raises `Unsupported` where nothing may be kept: a chat model cannot be told so.
    """
    if request.logging is False:
        raise Unsupported(
            f"{model.slug} translates with the help of a chat model, which cannot be told to keep nothing.",
            param="enable_logging",
            code="unsupported_parameter",
        )
    translator = choose_translator(request)
    first = route_transcription(transcription_request(request), model)
    second = chat_request(request, translator.slug, IntermediateTranscript())
    return replace(first, then=route_chat(second, translator))
