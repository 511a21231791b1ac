"""The refusals of image requests: they name the parameter and what the model takes instead."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.lookup import ModelFilter
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.tasks import Task


def is_known(model: ModelEntry) -> bool:
    """Whether it is known what the model takes: one without limits was added by an admin or read from a
    server's list."""
    return bool(model.limits)


def has(*limits: str) -> ModelFilter:
    """Whether a model has one of `limits`, with a value other than 0, false and the empty list."""
    return lambda model: any(model.limits.get(name) for name in limits)


def unsupported(model: ModelEntry, param: str, what: str, fits: ModelFilter) -> Unsupported:
    """`what` is the rest of a sentence that begins with the model's name; models that fit are listed."""
    models = lookup.capable_models(Task.IMAGE, fits=fits)
    return Unsupported(
        f"{model.slug} {what}.{lookup.models_hint(models)}",
        param=param,
        code="unsupported_parameter",
        metadata={"models": models},
    )


def not_among(model: ModelEntry, param: str, value: str, values: Sequence[str]) -> InvalidRequest:
    return InvalidRequest(
        f"{model.slug} has no {param} {value[:40]!r}. It takes {', '.join(values)}.",
        param=param,
        metadata={"values": list(values)},
    )
