"""The audio of a chat response: its voice, and its format at each endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.validation.audio_formats import AudioChoice, choose
from core.catalogue.validation.speech import find_voice
from core.catalogue.validation.voice_aliases import VoiceChoice
from core.catalogue.validation.voice_language import default_voice
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality, last_text
from core.contract.errors import Unsupported

STREAMED = dict.fromkeys(("openai", "azure", "openrouter"), (AudioFormat.PCM,))
"""What a wire streams where the endpoint has no `streamed_formats`; other wires stream all they make."""


def chat_voice(request: ChatRequest, model: ModelEntry) -> VoiceChoice:
    """The voice; none for a response without audio. Raises `Unsupported` listing the voices."""
    if Modality.AUDIO not in request.modalities:
        return VoiceChoice(None)
    if request.voice:
        return find_voice(request.voice, model, "audio.voice", last_text(request))
    return VoiceChoice(default_voice(model.voices, last_text(request)))


def match_audio_formats(
    request: ChatRequest, endpoints: Sequence[EndpointEntry]
) -> list[tuple[EndpointEntry, AudioChoice]]:
    """Endpoints whose audio can be had in a wanted format, with what each is asked for.

    Raises `Unsupported` listing the formats when none can.
    """
    if Modality.AUDIO not in request.modalities:
        return [(endpoint, AudioChoice(None)) for endpoint in endpoints]
    wanted = tuple(dict.fromkeys((*request.formats, request.format)))
    pairs = [
        (endpoint, choose(wanted, endpoint_formats(endpoint, request.streamed))) for endpoint in endpoints
    ]
    able = [(endpoint, choice) for endpoint, choice in pairs if choice is not None]
    if not able:
        raise format_unsupported(request, endpoints)
    return able


def endpoint_formats(endpoint: EndpointEntry, streamed: bool) -> tuple[AudioFormat, ...]:
    """Formats of an endpoint; one that lists none was added by an admin and may make any."""
    formats = endpoint.formats or tuple(AudioFormat)
    options = {**endpoint.provider.options, **endpoint.options}
    streams = options.get("streamed_formats", STREAMED.get(endpoint.provider.wire, formats))
    return tuple(form for form in formats if form in streams) if streamed else formats


def format_unsupported(request: ChatRequest, endpoints: Sequence[EndpointEntry]) -> Unsupported:
    unstreamed = format_names(
        form for endpoint in endpoints for form in endpoint_formats(endpoint, streamed=False)
    )
    formats = format_names(
        form for endpoint in endpoints for form in endpoint_formats(endpoint, request.streamed)
    )
    wanted, listed = format_name(request.format), ", ".join(formats)
    if request.streamed and wanted in unstreamed:
        message = f"{request.model} streams {listed or 'no sound'} only: ask for that, or without stream."
    else:
        message = f"{request.model} cannot speak {wanted} here. It makes {listed or 'no sound'}."
    return Unsupported(message, param="audio.format", metadata={"formats": formats})


def format_names(formats: Iterable[AudioFormat]) -> list[str]:
    return list(dict.fromkeys(map(format_name, formats)))


def format_name(form: AudioFormat) -> str:
    """The name of a format in the chat API."""
    return "pcm16" if form is AudioFormat.PCM else str(form)
