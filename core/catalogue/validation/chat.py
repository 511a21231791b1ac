"""What a conversation must be for a given model: the kinds of its parts, their size, what is to come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings

from core.catalogue import lookup
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.contract.chat import ChatRequest, FilePart, Media, Modality, file_parts
from core.contract.errors import TooLarge, Unsupported
from core.contract.tasks import Task

MIB = 1024 * 1024
IMAGE_MB = 20
REQUEST_FILES = 2
"""How many files of the largest size a request may hold where a model does not say."""

INPUT_REFUSALS = {
    Modality.IMAGE: "cannot see images",
    Modality.AUDIO: "cannot hear audio",
    Modality.FILE: "cannot read files",
    Modality.VIDEO: "cannot watch videos",
}
OUTPUT_REFUSALS = {
    Modality.TEXT: "cannot write",
    Modality.IMAGE: "cannot make images",
    Modality.AUDIO: "cannot speak",
    Modality.FILE: "cannot make files",
    Modality.VIDEO: "cannot make videos",
}
NOUNS = {Modality.IMAGE: "image", Modality.AUDIO: "sound", Modality.FILE: "file", Modality.VIDEO: "video"}

ANSWER_SECONDS, WATCHING_SECONDS = 300.0, 600.0

ModelFilter = Callable[[ModelEntry], bool]


def check_chat(request: ChatRequest, model: ModelEntry) -> None:
    """Raises `Unsupported` or `TooLarge` naming the part and the models that can.

    A model that declares no modalities is an admin's own: its server knows what it takes.
    """
    found = tuple(file_parts(request))
    fits = fits_request(request, found)
    for part in found:
        check_modality(part, model, fits)
        check_audio_format(part, model, fits)
        check_size(part, model, fits)
        check_address(part, model, fits)
    check_request_size(found, model, fits)
    check_output(request, model, fits)


def check_modality(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    if model.input_modalities and part.modality not in model.input_modalities:
        raise unsupported(model, INPUT_REFUSALS[part.modality], part.where, fits, with_input(part.modality))


def check_audio_format(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    """Whether a sound is of a format the model hears."""
    if part.modality is not Modality.AUDIO or not isinstance(part.content, Media):
        return
    form = part.content.format
    if not accepts_audio_format(model, form):
        formats = list(model.limits["audio_formats"])
        what = f"hears {' and '.join(formats)} only, this is {form}"
        where = f"{part.where}.format"
        raise unsupported(
            model, what, where, fits, lambda other: accepts_audio_format(other, form), formats=formats
        )


def accepts_audio_format(model: ModelEntry, form: str) -> bool:
    formats = model.limits.get("audio_formats")
    takes = not model.input_modalities or Modality.AUDIO in model.input_modalities
    return takes and (not formats or form in formats)


def check_size(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    if not isinstance(part.content, Media):
        return
    size, limit = part.content.size, max_file_mb(model, part.modality)
    if size > limit * MIB:
        raise too_large(
            f"The {NOUNS[part.modality]} has {size / MIB:.1f} MB; {model.slug} takes at most {limit:g}.",
            part.where,
            (size, limit),
            models_with_both(fits, lambda other: max_file_mb(other, part.modality) * MIB >= size),
        )


def max_file_mb(model: ModelEntry, modality: Modality) -> float:
    """How many MB one file of a kind may have."""
    own = model.limits.get("file_mb", settings.MAX_UPLOAD_MB)
    if modality is Modality.IMAGE:
        own = model.limits.get("image_mb", min(own, IMAGE_MB))
    return min(own, settings.MAX_UPLOAD_MB)


def check_request_size(found: Iterable[FilePart], model: ModelEntry, fits: ModelFilter) -> None:
    """All files together, as they travel: base64 makes four bytes of three."""
    limit, size = max_request_mb(model), 0
    for part in found:
        size += part.content.size * 4 // 3 if isinstance(part.content, Media) else 0
        if size > limit * MIB:
            raise too_large(
                f"With this file the request has {size / MIB:.1f} MB; {model.slug} takes at most {limit:g}.",
                part.where,
                (size, limit),
                models_with_both(fits, lambda other: max_request_mb(other) > limit),
            )


def max_request_mb(model: ModelEntry) -> float:
    """How many MB the files of a request may have in base64."""
    return model.limits.get("request_mb", REQUEST_FILES * settings.MAX_UPLOAD_MB)


def check_address(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    """Whether a provider of the model fetches files itself; we never do."""
    if not isinstance(part.content, str):
        return
    if not any(fetches_urls(endpoint, part.modality) for endpoint in chat_endpoints(model)):
        raise unsupported(
            model,
            f"takes no address of {article(NOUNS[part.modality])} here: send the file itself",
            part.where,
            fits,
            lambda other: any(fetches_urls(one, part.modality) for one in chat_endpoints(other)),
        )


def fetches_urls(endpoint: EndpointEntry, modality: Modality) -> bool:
    """Whether an endpoint takes https addresses for files of a kind; nobody does for sound."""
    options = {**endpoint.provider.options, **endpoint.options}
    return modality is not Modality.AUDIO and modality in options.get("urls", ())


def chat_endpoints(model: ModelEntry) -> list[EndpointEntry]:
    return [endpoint for endpoint in model.endpoints if endpoint.shown and Task.CHAT in endpoint.tasks]


def endpoints_for_urls(request: ChatRequest, endpoints: Sequence[EndpointEntry]) -> list[EndpointEntry]:
    """Those of `endpoints` that take every address in the request. Raises `Unsupported` when none does."""
    addressed = [part for part in file_parts(request) if isinstance(part.content, str)]
    found = [one for one in endpoints if all(fetches_urls(one, part.modality) for part in addressed)]
    if not found:
        raise Unsupported(
            f"No provider of {request.model} that is ready takes an address: send the file itself.",
            param=addressed[0].where,
            metadata={"models": []},
        )
    return found


def check_output(request: ChatRequest, model: ModelEntry, fits: ModelFilter) -> None:
    if not model.output_modalities:
        return
    for modality in request.modalities:
        if modality not in model.output_modalities:
            raise unsupported(model, OUTPUT_REFUSALS[modality], "modalities", fits, with_output(modality))


def with_input(modality: Modality) -> ModelFilter:
    return lambda model: modality in model.input_modalities


def with_output(modality: Modality) -> ModelFilter:
    return lambda model: modality in model.output_modalities


def fits_request(request: ChatRequest, found: Iterable[FilePart]) -> ModelFilter:
    """Whether a model takes and makes everything of the request."""
    kinds = {part.modality for part in found}
    wanted = set(request.modalities)
    return lambda model: kinds <= set(model.input_modalities) and wanted <= set(model.output_modalities)


def alternatives(fits: ModelFilter, can: ModelFilter) -> list[str]:
    """Models that can what was missing, and the rest of the request too where there are such."""
    return models_with_both(fits, can) or lookup.capable_models(Task.CHAT, fits=can)


def models_with_both(fits: ModelFilter, can: ModelFilter) -> list[str]:
    return lookup.capable_models(Task.CHAT, fits=lambda model: fits(model) and can(model))


def unsupported(
    model: ModelEntry, what: str, param: str, fits: ModelFilter, can: ModelFilter, **more: Any
) -> Unsupported:
    models = alternatives(fits, can)
    return Unsupported(
        f"{model.slug} {what}.{lookup.models_hint(models)}", param=param, metadata={"models": models, **more}
    )


def too_large(message: str, param: str, numbers: tuple[int, float], models: list[str]) -> TooLarge:
    size, limit = numbers
    return TooLarge(
        message + lookup.models_hint(models),
        param=param,
        metadata={"bytes": size, "limit": int(limit * MIB), "models": models},
    )


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def deadline(request: ChatRequest) -> float:
    """Seconds an answer may take: watching a video takes longer."""
    watched = any(part.modality is Modality.VIDEO for part in file_parts(request))
    return WATCHING_SECONDS if watched else ANSWER_SECONDS
