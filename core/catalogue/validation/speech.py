"""Checks a speech request against its model: voice, format, length, speed, instructions."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.validation.audio_formats import AudioChoice, choose
from core.catalogue.validation.spoken_language import check_language
from core.catalogue.validation.voice_aliases import VoiceChoice, known_voice, stand_in
from core.catalogue.validation.voice_language import default_voice
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.speech import SpeechRequest

LISTED_VOICES = 40


def check_speech(request: SpeechRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest` or `Unsupported` naming the parameter."""
    if not request.text.strip():
        raise InvalidRequest("There is nothing to say: input is empty.", param="input")
    check_length("input", request.text, model.limits.get("characters"), model)
    check_speed(request.speed, model)
    check_language(request.text, model)
    if request.instructions and takes_instructions(model):
        check_length("instructions", request.instructions, model.limits.get("instructions"), model)
    elif request.instructions and settings.STRICT_REQUESTS:
        raise unsupported(model, "instructions", "takes no instructions")


def takes_instructions(model: ModelEntry) -> bool:
    return "instructions" in model.features


def ignored_fields(request: SpeechRequest, model: ModelEntry) -> tuple[str, ...]:
    """Fields that the model does not take and that are dropped: some clients send them to every model."""
    return ("instructions",) if request.instructions and not takes_instructions(model) else ()


def check_length(param: str, text: str, limit: int | None, model: ModelEntry) -> None:
    if limit is not None and len(text) > limit:
        raise InvalidRequest(
            f"{param} has {len(text):,} characters; {model.slug} takes at most {limit:,}.",
            param=param,
            code="string_above_max_length",
            error_type="string_too_long",
            metadata={"length": len(text), "limit": limit},
        )


def check_speed(speed: float, model: ModelEntry) -> None:
    if speed == 1.0:
        return
    if model.speed is None:
        raise unsupported(model, "speed", "has one speed only")
    slowest, fastest = model.speed
    if not slowest <= speed <= fastest:  # this way round NaN is refused
        raise InvalidRequest(
            f"speed must be between {slowest:g} and {fastest:g} for {model.slug}.",
            param="speed",
            metadata={"minimum": slowest, "maximum": fastest},
        )


def unsupported(model: ModelEntry, param: str, what: str) -> Unsupported:
    return Unsupported(f"{model.slug} {what}; leave {param} out.", param=param, code="unsupported_parameter")


def speech_voice(request: SpeechRequest, model: ModelEntry) -> VoiceChoice:
    """The voice wanted by id or name, else the first for the text's language."""
    if not request.voice:
        return VoiceChoice(default_voice(model.voices, request.text))
    return find_voice(request.voice, model, "voice", request.text)


def find_voice(voice: str, model: ModelEntry, param: str, text: str) -> VoiceChoice:
    """A voice by id or name, or the one that stands in for it by an alias, to say `text`.

    Raises `Unsupported` with the command that installs the voice, or listing the voices.
    """
    found = known_voice(voice, model)
    if found is not None:
        return VoiceChoice(found)
    other = None if settings.STRICT_REQUESTS else stand_in(voice, model, text)
    if other is not None:
        return VoiceChoice(other, other)
    if model.voices:
        raise unknown_voice(voice, model, param)
    return VoiceChoice(voice)  # added by an admin: the voices are known to the upstream only


def unknown_voice(voice: str, model: ModelEntry, param: str) -> Unsupported:
    """The message lists readable ids, else names, or says how to install it; the metadata has every id."""
    ids = [entry.id for entry in model.voices]
    names = [entry.id if is_readable(entry.id) else entry.name for entry in model.voices]
    listed = ", ".join(names[:LISTED_VOICES])
    more = f" and {len(ids) - LISTED_VOICES} more" if len(ids) > LISTED_VOICES else ""
    lack = f"has no voice {voice[:60]!r}"
    known = model.voices_by_name.get(voice.casefold())
    if known is not None and known.install_command:
        lack = f"has the voice {known.id} once it is installed: {known.install_command}"
    message = f"{model.slug} {lack}. It has {listed}{more}."
    return Unsupported(message, param=param, metadata={"voices": ids})


def is_readable(voice: str) -> bool:
    """Whether an id is meant for people: ElevenLabs' ids are twenty random letters."""
    return len(voice) < 20 or "_" in voice or "/" in voice


def match_formats(
    request: SpeechRequest, endpoints: Sequence[EndpointEntry]
) -> list[tuple[EndpointEntry, AudioChoice]]:
    """Endpoints whose audio can be had in a wanted format, with what each is asked for.

    Raises `Unsupported` listing the formats when none can.
    """
    wanted = tuple(dict.fromkeys((*request.formats, request.format)))
    pairs = [(endpoint, choose(wanted, endpoint.formats)) for endpoint in endpoints]
    able = [(endpoint, choice) for endpoint, choice in pairs if choice is not None]
    if not able:
        formats = [str(form) for form in dict.fromkeys(form for entry in endpoints for form in entry.formats)]
        makes = f"It makes {', '.join(formats)}." if formats else "An admin has to enter its audio formats."
        raise Unsupported(
            f"{request.model} cannot make {request.format} here. {makes}",
            param="response_format",
            metadata={"formats": formats},
        )
    return able
