"""Checks of an embedding request against what its model takes.

Of a model without limits, which an admin added or a server's list told of, nothing is known: it is asked.
"""

from __future__ import annotations

from django.conf import settings

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.lookup import ModelFilter
from core.catalogue.validation.speech import check_length
from core.contract.embedding import EmbeddingPart, EmbeddingRequest
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageFile
from core.contract.tasks import Task


def check_embedding(request: EmbeddingRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest` or `Unsupported` naming the field and what the model takes."""
    check_count(request, model)
    check_dimensions(request, model)
    for at, parts in enumerate(request.inputs):
        for part in parts:
            check_part(part, f"input[{at}]" if len(request.inputs) > 1 else "input", model)
    if settings.STRICT_REQUESTS and ignored_fields(request, model):
        raise unsupported(model, "input_type", "takes no input_type", takes_input_type)


def check_count(request: EmbeddingRequest, model: ModelEntry) -> None:
    most = model.limits.get("inputs")
    if most is not None and len(request.inputs) > most:
        raise InvalidRequest(
            f"input has {len(request.inputs):,} entries; {model.slug} takes at most {most:,}.",
            param="input",
            metadata={"entries": len(request.inputs), "limit": most},
        )


def check_dimensions(request: EmbeddingRequest, model: ModelEntry) -> None:
    most = model.limits.get("dimensions")
    if request.dimensions is None or most is None or request.dimensions == most:
        return
    if "dimensions" not in model.features:
        raise unsupported(
            model,
            "dimensions",
            f"makes vectors of {most:,} numbers only",
            lambda other: "dimensions" in other.features,
        )
    if request.dimensions > most:
        raise InvalidRequest(
            f"dimensions must be from 1 to {most} for {model.slug}.",
            param="dimensions",
            metadata={"minimum": 1, "maximum": most},
        )


def check_part(part: EmbeddingPart, param: str, model: ModelEntry) -> None:
    """Characters and token ids are counted; how many tokens a text has, only the provider knows."""
    if isinstance(part, str):
        check_length(param, part, model.limits.get("characters"), model)
    elif isinstance(part, ImageFile):
        if "image" not in model.input_modalities:
            raise unsupported(
                model, param, "takes no images", lambda other: "image" in other.input_modalities
            )
    else:
        check_tokens(part, param, model)


def check_tokens(ids: tuple[int, ...], param: str, model: ModelEntry) -> None:
    if model.limits and "token_ids" not in model.features:
        raise unsupported(
            model, param, "takes texts, no token ids", lambda other: "token_ids" in other.features
        )
    most = model.context_length
    if most is not None and len(ids) > most:
        raise InvalidRequest(
            f"{param} has {len(ids):,} tokens; {model.slug} takes at most {most:,}.",
            param=param,
            metadata={"tokens": len(ids), "limit": most},
        )


def unsupported(model: ModelEntry, param: str, what: str, fits: ModelFilter) -> Unsupported:
    """`what` is the rest of a sentence that begins with the model's name; models that fit are listed."""
    models = lookup.capable_models(Task.EMBEDDING, fits=fits)
    return Unsupported(
        f"{model.slug} {what}.{lookup.models_hint(models)}",
        param=param,
        code="unsupported_parameter",
        metadata={"models": models},
    )


def takes_input_type(model: ModelEntry) -> bool:
    return "input_type" in model.features or not model.limits


def ignored_fields(request: EmbeddingRequest, model: ModelEntry) -> tuple[str, ...]:
    """`input_type`, where the model makes the same vectors for every use."""
    return ("input_type",) if request.input_type and not takes_input_type(model) else ()
