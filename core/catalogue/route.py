"""From a request to a route: what may go wrong is said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from core.catalogue import lookup
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import Readiness, ReadinessState, provider_access, readiness
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.catalogue.translators import needs_translator, translator
from core.catalogue.validation import chat
from core.catalogue.validation.chat_audio import chat_voice, match_audio_formats
from core.catalogue.validation.speech import check_speech, match_formats, speech_voice
from core.catalogue.validation.transcription import check_listening, deadline, wire_options
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality, file_parts
from core.contract.errors import Unavailable
from core.contract.requests import Request
from core.contract.route import Policy, Route, Target
from core.contract.speech import SpeechRequest
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest, TranslationRequest
from core.routing.two_step_translation import IntermediateTranscript, chat_request, transcription_request

TEXT_ALONE = (Modality.TEXT,)
FIRST_SOUND = 60.0
"""Seconds an endpoint may take to its first sound while another one could be asked instead."""


def route(request: Request) -> Route:
    """Where `request` may go, best target first, from the snapshot alone.

    Raises `ModelNotFound`, `ModelRetired`, `WrongEndpoint`, `InvalidRequest` or `Unsupported` when the caller
    must change something, `Unavailable` when an admin must.
    """
    if isinstance(request, TranslationRequest):
        return translating(request)
    model = lookup.get_for(request.model, request.task)
    if isinstance(request, SpeechRequest):
        return speaking(request, model)
    if isinstance(request, ChatRequest):
        return chatting(request, model)
    return listening(request, model)


def speaking(request: SpeechRequest, model: ModelEntry) -> Route:
    check_speech(request, model)
    voice = speech_voice(request, model)
    live = live_endpoints(model, request.task)
    formats = match_formats(request, live)
    return Route(
        model=model.slug,
        targets=tuple(target(endpoint, voice, form) for endpoint, form in formats),
        policy=Policy(first_event=FIRST_SOUND),
    )


def chatting(request: ChatRequest, model: ModelEntry) -> Route:
    """Where a conversation goes; one of text alone always goes the same way, which is looked for once."""
    kept = routes_of_text()
    # after that: a model looked up a moment before the catalogue changed is none of its models
    of_catalogue = current().models.get(model.slug) is model
    if not of_catalogue or request.modalities != TEXT_ALONE or any(file_parts(request)):
        return found(request, model)
    if model.slug not in kept:
        kept[model.slug] = found(request, model)
    return kept[model.slug]


def routes_of_text() -> dict[str, Route]:
    """By model, as far as they were asked for under the present catalogue and environment."""
    global _routes
    catalogue, environment = current(), settings.PROVIDER_ENVIRONMENT
    if _routes is None or _routes[0] is not catalogue or _routes[1] is not environment:
        _routes = (catalogue, environment, {})
    return _routes[2]


_routes: tuple[CatalogueSnapshot, Mapping[str, Any], dict[str, Route]] | None = None


def found(request: ChatRequest, model: ModelEntry) -> Route:
    chat.check_chat(request, model)
    voice = chat_voice(request, model)
    able = chat.endpoints_for_urls(request, live_endpoints(model, request.task))
    known = facts(model)
    return Route(
        model=model.slug,
        targets=tuple(
            target(endpoint, voice, form, known) for endpoint, form in match_audio_formats(request, able)
        ),
        policy=Policy(first_event=FIRST_SOUND, deadline=chat.deadline(request)),
    )


def facts(model: ModelEntry) -> dict[str, int]:
    """What bounds the tokens of a conversation."""
    known = {"context_length": model.context_length, "max_output": model.max_output}
    return {name: number for name, number in known.items() if number is not None}


def translating(request: TranslationRequest) -> Route:
    """By one model where it can, else by one that writes down and another that says it in English."""
    model = lookup.get(request.model)
    if not needs_translator(request, model):
        return listening(request, lookup.get_for(request.model, request.task))
    heard = transcription_request(request)
    second = translator(request)
    written = listening(heard, lookup.get_for(request.model, heard.task))
    asked = chat_request(request, second.slug, IntermediateTranscript())
    return replace(written, then=chatting(asked, second))


def listening(request: TranscriptRequest, model: ModelEntry) -> Route:
    check_listening(request, model)
    live = live_endpoints(model, request.task)
    return Route(
        model=model.slug,
        targets=tuple(target(endpoint, options=wire_options(endpoint, model)) for endpoint in live),
        policy=Policy(deadline=deadline(request), first_event=first_words(request)),
        align=isinstance(request, TranscriptionRequest) and request.words and "words" not in model.features,
    )


def first_words(request: TranscriptRequest) -> float | None:
    """Seconds an endpoint may take to its first words: one that does not stream listens to the end first."""
    seconds = request.file.seconds
    return None if seconds is None else FIRST_SOUND + seconds


def live_endpoints(model: ModelEntry, task: str) -> list[EndpointEntry]:
    """Endpoints that can be called now, in order. Raises `Unavailable` naming what an admin must do."""
    able = [endpoint for endpoint in model.endpoints if endpoint.shown and task in endpoint.tasks]
    states = [readiness(endpoint.provider, endpoint.upstream_id) for endpoint in able]
    live = [endpoint for endpoint, state in zip(able, states, strict=True) if state.ready]
    if not live:
        raise not_live(model, states)
    return live


def not_live(model: ModelEntry, states: Sequence[Readiness]) -> Unavailable:
    needs_key = any(state.state is ReadinessState.NEEDS_KEY for state in states)
    helps = dict.fromkeys(state.help for state in states if state.help)
    return Unavailable(
        f"{model.slug} cannot be called yet. {' '.join(helps) or 'No provider serves it.'}",
        code="provider_needs_key" if needs_key else "provider_unavailable",
        error_type="provider_unavailable",
        param="model",
        metadata={"model": model.slug},
    )


def target(
    endpoint: EndpointEntry,
    voice: str | None = None,
    form: AudioFormat | None = None,
    options: Mapping[str, Any] | None = None,
) -> Target:
    provider = endpoint.provider
    granted = provider_access(provider)
    return Target(
        endpoint_id=endpoint.id,
        provider=provider.slug,
        provider_name=provider.name,
        wire=provider.wire,
        base_url=granted.base_url if granted else provider.base_url,
        model=endpoint.upstream_id,
        credential=granted.secret if granted else None,
        prices=endpoint.prices,
        voice=voice,
        format=form,
        headers=provider.headers,
        options={**(options or {}), **provider.options, **endpoint.options},
        priority=endpoint.priority,
        weight=endpoint.weight,
    )
