"""What a request to write sound down must be for a given model: language, times, speakers, length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.catalogue import lookup
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.contract.errors import InvalidRequest, TooLarge, Unsupported
from core.contract.languages import english_name, primary
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.media import installed
from core.routing.word_alignment import LONGEST

MIB = 1024 * 1024
LEAST_DEADLINE = 300.0
UNKNOWN_DEADLINE = 3600.0
SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)


def check_listening(request: TranscriptRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest`, `Unsupported` or `TooLarge` naming the parameter and the models that can.

    A model without any features is an admin's own: its server knows what it takes.
    """
    check_size(request, model)
    check_subtitles(request, model)
    if request.prompt and model.features and "prompt" not in model.features:
        raise cannot(request, model, "prompt", "takes no prompt", has("prompt"))
    if isinstance(request, TranscriptionRequest):
        if request.keyterms and model.features and not has("keywords", "keyterms", "prompt")(model):
            raise cannot(
                request, model, "keyterms", "cannot be told words to listen for", has("keywords", "prompt")
            )
        check_language(request, model)
        check_times(request, model)
        check_speakers(request, model)
        if request.logprobs and "logprobs" not in model.features:
            raise cannot(request, model, "include", "does not tell logprobs", has("logprobs"))


def check_size(request: TranscriptRequest, model: ModelEntry) -> None:
    size, seconds = request.file.size, request.file.seconds
    limit = model.limits.get("file_mb")
    if limit is not None and size > limit * MIB:
        raise TooLarge(
            f"The file has {size / MIB:.1f} MB; {model.slug} takes at most {limit:g}."
            + others(request, lambda other: other.limits.get("file_mb", limit + 1) > limit),
            param="file",
            metadata={"bytes": size, "limit": int(limit * MIB)},
        )
    longest = model.limits.get("seconds")
    if longest is not None and seconds is not None and seconds > longest:
        raise InvalidRequest(
            f"The file plays for {seconds:,.0f} seconds; {model.slug} takes at most {longest:,}."
            + others(request, lambda other: other.limits.get("seconds", longest + 1) > longest),
            param="file",
            metadata={"seconds": seconds, "limit": longest},
        )


def check_language(request: TranscriptionRequest, model: ModelEntry) -> None:
    language = request.language
    if language is None:
        return
    if model.languages:
        if not understands(model, language):
            spoken = ", ".join(english_name(code).title() for code in model.languages)
            raise cannot(
                request,
                model,
                "language",
                f"understands {spoken} only",
                lambda other: understands(other, language),
            )
    elif model.features and not model.features & {"language", "languages"}:
        raise cannot(request, model, "language", "cannot be told the language", has("language", "languages"))


def understands(model: ModelEntry, language: str) -> bool:
    """Whether a model is known to, or says nothing of its languages."""
    return not model.languages or language in {primary(code) for code in model.languages}


def check_times(request: TranscriptionRequest, model: ModelEntry) -> None:
    if request.words and "words" not in model.features and not can_align(request, model):
        advice = " Of English up to ten minutes (language: en) they can be found here." if can_hear() else ""
        raise cannot(
            request,
            model,
            "timestamp_granularities",
            f"does not tell when each word was said.{advice}".removesuffix("."),
            has("words"),
        )


def can_align(request: TranscriptionRequest, model: ModelEntry) -> bool:
    """Whether the words of the transcript can be laid along the sound: known to be English, and not long."""
    spoken = {primary(code) for code in model.languages}
    english = request.language == "en" or (request.language is None and spoken == {"en"})
    seconds = request.file.seconds
    return english and seconds is not None and seconds <= LONGEST and can_hear()


def can_hear() -> bool:
    return installed.deaf() is None


def check_subtitles(request: TranscriptRequest, model: ModelEntry) -> None:
    """A model without times gets one cue for the whole, which needs to know how long that is."""
    timed = model.features & {"words", "segments"}
    if request.format in SUBTITLES and not timed and request.file.seconds is None:
        raise cannot(
            request, model, "response_format", "tells no times for subtitles", has("words", "segments")
        )


def check_speakers(request: TranscriptionRequest, model: ModelEntry) -> None:
    if request.diarize and "diarize" not in model.features:
        param = "response_format" if request.format is TranscriptFormat.DIARIZED_JSON else "diarize"
        raise cannot(request, model, param, "does not tell who spoke", has("diarize"))
    most = model.limits.get("speakers")
    if request.speakers is not None and most is not None and request.speakers > most:
        raise InvalidRequest(f"{model.slug} tells at most {most} speakers apart.", param="num_speakers")


def cannot(
    request: TranscriptRequest, model: ModelEntry, param: str, what: str, fits: Callable[[ModelEntry], bool]
) -> Unsupported:
    able = lookup.capable_models(request.task, fits=fits)
    return Unsupported(
        f"{model.slug} {what}.{lookup.models_hint(able)}",
        param=param,
        code="unsupported_parameter",
        metadata={"models": able},
    )


def others(request: TranscriptRequest, fits: Callable[[ModelEntry], bool]) -> str:
    return lookup.models_hint(lookup.capable_models(request.task, fits=fits))


def has(*features: str) -> Callable[[ModelEntry], bool]:
    """Whether a model has one of `features`."""
    return lambda model: not model.features.isdisjoint(features)


def wire_options(endpoint: EndpointEntry, model: ModelEntry) -> Mapping[str, Any]:
    """What the adapter needs to know of the model; the endpoint's own options win."""
    timed = model.features & {"words", "segments"}
    return {
        "response_formats": ("json", "verbose_json") if timed else ("json",),
        "stream": "streaming" in model.features,
        "words": "words" in model.features,
    }


def deadline(request: TranscriptRequest) -> float:
    """Seconds an answer may take: a slow model needs as long as the sound is, or longer."""
    seconds = request.file.seconds
    return UNKNOWN_DEADLINE if seconds is None else max(LEAST_DEADLINE, 2 * seconds)
