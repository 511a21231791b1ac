"""The sound of an answer: who speaks it, and in which format at which provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.validation.speech import find_voice, first_match
from core.catalogue.validation.voice_language import default_voice
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality, last_text
from core.contract.errors import Unsupported

STREAMED = {"openai": (AudioFormat.PCM,), "azure": (AudioFormat.PCM,)}
"""What a wire streams where an endpoint's `streamed_formats` do not say; others stream all they make."""


def chat_voice(request: ChatRequest, model: ModelEntry) -> str | None:
    """The upstream's voice id; None for an answer without sound. Raises `Unsupported` listing the voices."""
    if Modality.AUDIO not in request.modalities:
        return None
    if request.voice:
        return find_voice(request.voice, model, "audio.voice")
    return default_voice(model.voices, last_text(request))


def match_audio_formats(
    request: ChatRequest, endpoints: Sequence[EndpointEntry]
) -> list[tuple[EndpointEntry, AudioFormat | None]]:
    """Each endpoint that can make a wanted format, with the first it can; no formats without sound.

    Raises `Unsupported` listing the formats when none can.
    """
    if Modality.AUDIO not in request.modalities:
        return [(endpoint, None) for endpoint in endpoints]
    wanted = tuple(dict.fromkeys((*request.formats, request.format)))
    pairs = [
        (endpoint, first_match(wanted, audio_formats(endpoint, request.streamed))) for endpoint in endpoints
    ]
    able = [(endpoint, form) for endpoint, form in pairs if form is not None]
    if not able:
        raise format_unsupported(request, endpoints)
    return able


def audio_formats(endpoint: EndpointEntry, streamed: bool) -> tuple[AudioFormat, ...]:
    """Formats of an endpoint; one that declares none is an admin's own and may make any."""
    formats = endpoint.formats or tuple(AudioFormat)
    options = {**endpoint.provider.options, **endpoint.options}
    streams = options.get("streamed_formats", STREAMED.get(endpoint.provider.wire, formats))
    return tuple(form for form in formats if form in streams) if streamed else formats


def format_unsupported(request: ChatRequest, endpoints: Sequence[EndpointEntry]) -> Unsupported:
    whole = format_names(form for endpoint in endpoints for form in audio_formats(endpoint, streamed=False))
    formats = format_names(
        form for endpoint in endpoints for form in audio_formats(endpoint, request.streamed)
    )
    asked, listed = format_name(request.format), ", ".join(formats)
    if request.streamed and asked in whole:
        message = f"{request.model} streams {listed or 'no sound'} only: ask for that, or without stream."
    else:
        message = f"{request.model} cannot speak {asked} here. It makes {listed or 'no sound'}."
    return Unsupported(message, param="audio.format", metadata={"formats": formats})


def format_names(formats: Iterable[AudioFormat]) -> list[str]:
    return list(dict.fromkeys(map(format_name, formats)))


def format_name(form: AudioFormat) -> str:
    """As the chat API calls it."""
    return "pcm16" if form is AudioFormat.PCM else str(form)
