"""Looks a model up by its name and task; the errors name similar models and models that can."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from core.catalogue.entries import ModelEntry
from core.catalogue.readiness import readiness
from core.catalogue.snapshot import CatalogueSnapshot, current
from core.contract.errors import ModelNotFound, ModelRetired, WrongEndpoint
from core.contract.tasks import FACTS, Task

LISTED = 5
"""How many models a message names at most."""

ModelFilter = Callable[[ModelEntry], bool]


def find(slug: str, snapshot: CatalogueSnapshot | None = None) -> ModelEntry | None:
    """The model of that name in any case, hidden and retired ones included; None where there is none.

    A name without its author finds the one model called so; an author may stand twice before it.
    """
    snapshot = snapshot or current()
    exact = snapshot.models.get(slug) or snapshot.models.get(snapshot.folded.get(slug.casefold(), ""))
    if exact is not None:
        return exact
    author, _, rest = slug.casefold().partition("/")
    if rest.startswith(f"{author}/"):
        return snapshot.models.get(snapshot.folded.get(rest, ""))
    namesakes = models_named(slug, snapshot)
    return namesakes[0] if len(namesakes) == 1 else None


def models_named(name: str, snapshot: CatalogueSnapshot) -> list[ModelEntry]:
    """The models that a name without its author may mean: of all those called so the ones that can be called
    now, else those that are listed, else those that are visible."""
    found = [snapshot.models[slug] for slug in snapshot.names.get(name.casefold(), ()) if name]
    visible = [model for model in found if model.visible]
    listed = [model for model in visible if not model.retired()]
    return [model for model in listed if callable_now(model)] or listed or visible or found


def canonical(slug: str) -> str:
    """The slug of the model that answers for `slug`; `slug` itself where there is none."""
    model = find(slug)
    return answering(model).slug if model else slug


def answering(model: ModelEntry, snapshot: CatalogueSnapshot | None = None) -> ModelEntry:
    """The model itself, or its replacement where an admin has that asked for it."""
    models, found = (snapshot or current()).models, {model.slug: model}
    while model.enabled and model.use_replacement and model.replacement in models:
        model = models[model.replacement]
        if model.slug in found:  # a circle of replacements: none of them answers for another
            return next(iter(found.values()))
        found[model.slug] = model
    return model


def get(slug: str, snapshot: CatalogueSnapshot | None = None) -> ModelEntry:
    """The visible model of that name, retired or not. Raises `ModelNotFound` with similar names."""
    snapshot = snapshot or current()
    model = find(slug, snapshot)
    if model is None:
        raise model_not_found(slug, snapshot)
    if not model.visible:
        raise ModelNotFound(
            f"The model {model.slug} {why_invisible(model)}.", param="model", code="model_disabled"
        )
    return model


def why_invisible(model: ModelEntry) -> str:
    """The end of a sentence that begins with the model's name."""
    if not model.enabled:
        return "is switched off here; an admin can change that"
    for endpoint in model.endpoints:
        if endpoint.enabled and endpoint.provider.enabled:
            return f"is not installed here: {readiness(endpoint.provider, endpoint.upstream_id).help}"
    return "has no provider that is switched on here; an admin can change that"


def get_for(slug: str, task: Task, snapshot: CatalogueSnapshot | None = None) -> ModelEntry:
    """The model to do `task` with. Raises `ModelNotFound`, `ModelRetired` or `WrongEndpoint`."""
    found = find(slug, snapshot)
    model = get(answering(found, snapshot).slug if found else slug, snapshot)
    check_task(model, task, snapshot)
    return model


def check_task(model: ModelEntry, task: Task, snapshot: CatalogueSnapshot | None = None) -> None:
    """Raises `ModelRetired`, or `WrongEndpoint` where the model does not do `task`."""
    if model.retired():
        raise model_retired(model)
    if task not in model.tasks:
        raise wrong_endpoint(model, task, snapshot or current())


def model_not_found(slug: str, snapshot: CatalogueSnapshot) -> ModelNotFound:
    namesakes = [model.slug for model in models_named(slug, snapshot) if model.visible]
    if len(namesakes) > 1:
        return ModelNotFound(
            f"{slug} is the name of several models: say which of {', '.join(namesakes)}.",
            param="model",
            code="ambiguous_model",
            metadata={"near_models": namesakes},
        )
    names = near_models(slug, snapshot)
    hint = f" Did you mean {', '.join(names)}?" if names else ""
    name = slug if len(slug) <= 100 else f"{slug[:100]}…"
    return ModelNotFound(
        f"There is no model named {name!r}.{hint}", param="model", metadata={"near_models": names}
    )


def near_models(slug: str, snapshot: CatalogueSnapshot) -> list[str]:
    """Up to five names similar to `slug`: those that contain it first, then those with a similar spelling."""
    wanted = slug.casefold()[:200]
    names = {model.slug.casefold(): model.slug for model in snapshot.models.values() if model.visible}
    tails = {name.partition("/")[2]: name for name in names}
    found = [name for name in names if len(wanted) > 2 and wanted in name]
    found += difflib.get_close_matches(wanted, names, LISTED, 0.5)
    found += [tails[tail] for tail in difflib.get_close_matches(wanted.split("/")[-1], tails, LISTED, 0.6)]
    return [names[name] for name in list(dict.fromkeys(found))[:LISTED]]


def model_retired(model: ModelEntry) -> ModelRetired:
    metadata: dict[str, Any] = {
        "shutdown_at": str(model.shutdown_at),
        "replacement": model.replacement or None,
        "fallback_models": [model.replacement] if model.replacement else [],
    }
    use = f" Use {model.replacement} instead." if model.replacement else ""
    return ModelRetired(
        f"The model {model.slug} was shut down on {model.shutdown_at}.{use}", param="model", metadata=metadata
    )


def wrong_endpoint(model: ModelEntry, task: Task, snapshot: CatalogueSnapshot) -> WrongEndpoint:
    paths = [FACTS[name].path for name in model.tasks]
    models = capable_models(task, snapshot)
    others = f" For {task} there is {', '.join(models[:LISTED])}." if models else ""
    return WrongEndpoint(
        f"{model.slug} does {' and '.join(model.tasks)}, not {task}: call {' or '.join(paths)}.{others}",
        param="model",
        metadata={"tasks": list(model.tasks), "endpoints": paths, "models": models},
    )


def capable_models(
    task: Task,
    snapshot: CatalogueSnapshot | None = None,
    fits: ModelFilter = lambda model: True,
) -> list[str]:
    """Slugs of the models that do `task` and match `fits`, those that can be called now first."""
    found = [
        model
        for model in (snapshot or current()).models.values()
        if model.visible and task in model.tasks and not model.retired() and fits(model)
    ]
    return [model.slug for model in sorted(found, key=lambda model: (not callable_now(model), model.rank))]


def models_hint(models: Sequence[str]) -> str:
    """A sentence to append to an error message, beginning with a space; "" without models."""
    return f" Models that can: {', '.join(models[:LISTED])}." if models else ""


def callable_now(model: ModelEntry) -> bool:
    return any(
        endpoint.visible and readiness(endpoint.provider, endpoint.upstream_id).ready
        for endpoint in model.endpoints
    )
