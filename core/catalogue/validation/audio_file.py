"""Checks that transcriptions and translations share: the file's size and duration, subtitles, prompt."""

from __future__ import annotations

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.lookup import ModelFilter
from core.contract.errors import InvalidRequest, TooLarge, Unsupported
from core.contract.transcription import TranscriptFormat
from core.contract.translation import TranscriptRequest

MIB = 1024 * 1024
SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)


def check_file(request: TranscriptRequest, model: ModelEntry) -> None:
    size, seconds = request.file.size, request.file.seconds
    limit = model.limits.get("file_mb")
    if limit is not None and size > limit * MIB:
        raise TooLarge(
            f"The file has {size / MIB:.1f} MB; {model.slug} takes at most {limit:g}."
            + alternatives(request, lambda other: other.limits.get("file_mb", limit + 1) > limit),
            param="file",
            metadata={"bytes": size, "limit": int(limit * MIB)},
        )
    longest = model.limits.get("seconds")
    if longest is not None and seconds is not None and seconds > longest:
        raise InvalidRequest(
            f"The file plays for {seconds:,.0f} seconds; {model.slug} takes at most {longest:,}."
            + alternatives(request, lambda other: other.limits.get("seconds", longest + 1) > longest),
            param="file",
            metadata={"seconds": seconds, "limit": longest},
        )


def check_subtitles(request: TranscriptRequest, model: ModelEntry) -> None:
    """A model without times gets one cue for the whole file, whose duration must be known for that."""
    timed = model.features & {"words", "segments"}
    if request.format in SUBTITLES and not timed and request.file.seconds is None:
        raise unsupported(
            request, model, "response_format", "tells no times for subtitles", has("words", "segments")
        )


def check_prompt(request: TranscriptRequest, model: ModelEntry) -> None:
    if request.prompt and model.features and "prompt" not in model.features:
        raise unsupported(request, model, "prompt", "takes no prompt", has("prompt"))


def unsupported(
    request: TranscriptRequest, model: ModelEntry, param: str, what: str, fits: ModelFilter
) -> Unsupported:
    """The error for `param`; `what` is the rest of a sentence that begins with the model's name."""
    models = lookup.capable_models(request.task, fits=fits)
    return Unsupported(
        f"{model.slug} {what}.{lookup.models_hint(models)}",
        param=param,
        code="unsupported_parameter",
        metadata={"models": models},
    )


def alternatives(request: TranscriptRequest, fits: ModelFilter) -> str:
    return lookup.models_hint(lookup.capable_models(request.task, fits=fits))


def has(*features: str) -> ModelFilter:
    """Whether a model has one of `features`."""
    return lambda model: not model.features.isdisjoint(features)
