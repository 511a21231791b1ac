"""Checks a chat request against its model: modalities in and out, sizes and addresses of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from core.catalogue import lookup
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.lookup import ModelFilter
from core.catalogue.validation.audio_formats import accepts_format
from core.catalogue.validation.image.tool import check_tool_of_chat, has_image_tool
from core.contract.chat import ChatRequest, FilePart, Media, Modality, file_parts
from core.contract.errors import TooLarge, Unsupported
from core.contract.tasks import Task

MIB = 1024 * 1024
IMAGE_MB = 20
REQUEST_FILES = 2
"""How many files of the largest size a request may have where the model sets no limit."""

INPUT_REFUSALS = {
    Modality.IMAGE: "cannot see images",
    Modality.AUDIO: "cannot hear audio",
    Modality.FILE: "cannot read files",
    Modality.VIDEO: "cannot watch videos",
}
OUTPUT_REFUSALS = {
    Modality.TEXT: "cannot write",
    Modality.IMAGE: "cannot make images in a conversation, images/generations has models that draw",
    Modality.AUDIO: "cannot speak",
    Modality.FILE: "cannot make files",
    Modality.VIDEO: "cannot make videos",
}
NOUNS = {Modality.IMAGE: "image", Modality.AUDIO: "sound", Modality.FILE: "file", Modality.VIDEO: "video"}


def check_chat(request: ChatRequest, model: ModelEntry) -> None:
    """Raises `Unsupported` or `TooLarge` naming the part and the models that can.

    A model without modalities was added by an admin: what its server accepts is not known here.
    """
    files = tuple(file_parts(request))
    fits = fits_request(request, files)
    for part in files:
        check_modality(part, model, fits)
        check_audio_format(part, model, fits)
        check_size(part, model, fits)
        check_address(part, model, fits)
    check_request_size(files, model, fits)
    check_output(request, model, fits)
    if request.image_tool is not None:
        check_tool_of_chat(request, request.image_tool, model)


def check_modality(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    if model.input_modalities and part.modality not in model.input_modalities:
        raise unsupported(model, INPUT_REFUSALS[part.modality], part.where, fits, with_input(part.modality))


def check_audio_format(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    """Whether an audio file is of a format that the model accepts, or can be converted to one."""
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
    takes_audio = not model.input_modalities or Modality.AUDIO in model.input_modalities
    return takes_audio and accepts_format(model, form)


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
    """How many MiB one file of a modality may have."""
    limit = model.limits.get("file_mb", settings.MAX_UPLOAD_MB)
    if modality is Modality.IMAGE:
        limit = model.limits.get("image_mb", min(limit, IMAGE_MB))
    return min(limit, settings.MAX_UPLOAD_MB)


def check_request_size(files: Iterable[FilePart], model: ModelEntry, fits: ModelFilter) -> None:
    """The size of all files in base64, which makes four bytes of three."""
    limit, size = max_request_mb(model), 0
    for part in files:
        size += part.content.size * 4 // 3 if isinstance(part.content, Media) else 0
        if size > limit * MIB:
            raise too_large(
                f"With this file the request has {size / MIB:.1f} MB; {model.slug} takes at most {limit:g}.",
                part.where,
                (size, limit),
                models_with_both(fits, lambda other: max_request_mb(other) > limit),
            )


def max_request_mb(model: ModelEntry) -> float:
    """How many MiB the files of a request may have together, in base64."""
    return model.limits.get("request_mb", REQUEST_FILES * settings.MAX_UPLOAD_MB)


def check_address(part: FilePart, model: ModelEntry, fits: ModelFilter) -> None:
    """Whether a provider of the model fetches files from an address; this gateway never does."""
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
    """Whether an endpoint takes https addresses for files of a modality; none does for audio."""
    options = {**endpoint.provider.options, **endpoint.options}
    return modality is not Modality.AUDIO and modality in options.get("urls", ())


def chat_endpoints(model: ModelEntry) -> list[EndpointEntry]:
    """Visible endpoints for chat, whether they can be called now or not."""
    return [endpoint for endpoint in model.endpoints if endpoint.visible and Task.CHAT in endpoint.tasks]


def endpoints_for_urls(request: ChatRequest, endpoints: Sequence[EndpointEntry]) -> list[EndpointEntry]:
    """Those of `endpoints` that take every address in the request. Raises `Unsupported` when none does."""
    addressed = [part for part in file_parts(request) if isinstance(part.content, str)]
    able = [one for one in endpoints if all(fetches_urls(one, part.modality) for part in addressed)]
    if not able:
        raise Unsupported(
            f"No provider of {request.model} that is ready takes an address: send the file itself.",
            param=addressed[0].where,
            metadata={"models": []},
        )
    return able


def check_output(request: ChatRequest, model: ModelEntry, fits: ModelFilter) -> None:
    if not model.output_modalities:
        return
    by_tool = (Modality.IMAGE,) if request.image_tool is not None and has_image_tool(model) else ()
    for modality in request.modalities:
        if modality not in model.output_modalities and modality not in by_tool:
            raise unsupported(model, OUTPUT_REFUSALS[modality], "modalities", fits, with_output(modality))


def with_input(modality: Modality) -> ModelFilter:
    return lambda model: modality in model.input_modalities


def with_output(modality: Modality) -> ModelFilter:
    return lambda model: modality in model.output_modalities


def fits_request(request: ChatRequest, files: Iterable[FilePart]) -> ModelFilter:
    """Whether a model has all input and output modalities of the request."""
    inputs = {part.modality for part in files}
    outputs = set(request.modalities)
    return lambda model: inputs <= set(model.input_modalities) and outputs <= set(model.output_modalities)


def alternatives(fits: ModelFilter, can: ModelFilter) -> list[str]:
    """Models with the missing ability that fit the whole request, else all with the ability."""
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
