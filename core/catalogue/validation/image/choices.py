"""Checks the words and numbers of an image request: prompt, count, quality, style, background, format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.image.errors import has, is_known, not_among, unsupported
from core.catalogue.validation.speech import check_length
from core.contract.errors import InvalidRequest
from core.contract.image import ImageFormat, ImageMode, ImageRequest

AUTO = "auto"
LOSSY = (ImageFormat.JPEG, ImageFormat.WEBP)
LARGEST_COMPRESSION = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A field with one of the words in `limit`.

    A model without such words does as with the `neutral` ones. `optional`: others change so little that
    they are dropped, because many clients send them to every model; else `lack` is how they are refused.
    """

    field: str
    limit: str
    param: str
    lack: str
    neutral: tuple[str, ...] = (AUTO,)
    optional: bool = False


CHOICES = (
    Choice("quality", "qualities", "quality", "has one quality only", optional=True),
    Choice("style", "styles", "style", "has one style only", optional=True),
    Choice("moderation", "moderation", "moderation", "has one kind of moderation only", optional=True),
    Choice("background", "backgrounds", "background", "makes opaque pictures only", (AUTO, "opaque")),
    Choice("fidelity", "fidelity", "input_fidelity", "cannot be told how closely to keep a picture"),
    Choice("format", "formats", "output_format", "makes png only", (AUTO, "png")),
)


def check_choices(request: ImageRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest` or `Unsupported` naming the parameter and what the model takes."""
    check_prompt(request, model)
    check_count(request, model)
    check_words(request, model)


def check_words(request: ImageRequest, model: ModelEntry) -> None:
    """How to draw, without what and how often."""
    check_background(request)
    check_compression(request)
    if not is_known(model):
        return
    for choice in CHOICES:
        check_choice(choice, str(getattr(request, choice.field)), model)
    if request.seed is not None and not model.limits.get("seed"):
        raise unsupported(model, "seed", "cannot be told a seed", has("seed"))
    most = model.limits.get("partial_images", 0)
    if most and request.partial_images > most:
        raise out_of_range(model, "partial_images", 0, most)
    if settings.STRICT_REQUESTS and (dropped := next(extras(request, model), None)):
        raise unsupported(model, dropped, f"takes no {dropped}", has(dropped))


def check_prompt(request: ImageRequest, model: ModelEntry) -> None:
    if not request.prompt.strip() and request.mode is not ImageMode.VARY:
        raise InvalidRequest("There is nothing to draw: prompt is empty.", param="prompt")
    check_length("prompt", request.prompt, model.limits.get("characters"), model)


def check_count(request: ImageRequest, model: ModelEntry) -> None:
    most = model.limits.get("n")
    if request.n < 1 or (most is not None and request.n > most):
        raise out_of_range(model, "n", 1, most or request.n)


def out_of_range(model: ModelEntry, param: str, least: int, most: int) -> InvalidRequest:
    return InvalidRequest(
        f"{param} must be from {least} to {most} for {model.slug}.",
        param=param,
        metadata={"minimum": least, "maximum": most},
    )


def check_background(request: ImageRequest) -> None:
    if request.background == "transparent" and request.format is ImageFormat.JPEG:
        raise InvalidRequest(
            "A transparent background needs output_format png or webp: JPEG has no transparency.",
            param="output_format",
            metadata={"values": ["png", "webp"]},
        )


def check_compression(request: ImageRequest) -> None:
    if request.compression in (None, LARGEST_COMPRESSION) or request.format in LOSSY:
        return
    raise InvalidRequest(
        "output_compression is for output_format jpeg and webp: PNG is always exact.",
        param="output_compression",
        metadata={"values": [str(form) for form in LOSSY]},
    )


def check_choice(choice: Choice, value: str, model: ModelEntry) -> None:
    values = model.limits.get(choice.limit) or ()
    if not value or value in values or value == AUTO:
        return
    if values:
        raise not_among(model, choice.param, value, values)
    if value in choice.neutral or (choice.optional and not settings.STRICT_REQUESTS):
        return
    raise unsupported(model, choice.param, choice.lack, lambda other: value in takes(other, choice.limit))


def takes(model: ModelEntry, limit: str) -> tuple[str, ...]:
    return tuple(model.limits.get(limit) or ())


def ignored_fields(request: ImageRequest, model: ModelEntry) -> tuple[str, ...]:
    """Fields of a request that has passed the checks which the model does not take, so that they are
    dropped."""
    if not is_known(model):
        return ()
    values = ((choice, str(getattr(request, choice.field))) for choice in CHOICES)
    words = (choice.field for choice, value in values if value and value not in takes(model, choice.limit))
    # without a format no word was said: `auto` stands for it
    said = (name for name in words if name != "format" or request.format is not ImageFormat.AUTO)
    return (*said, *extras(request, model))


def extras(request: ImageRequest, model: ModelEntry) -> Iterator[str]:
    """Fields that change nothing in the pictures and that the model does not take."""
    return (
        name for name in ("partial_images", "user") if getattr(request, name) and not model.limits.get(name)
    )
