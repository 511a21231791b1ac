"""The model that a tab uses for another task than its own: to read aloud, to write down what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from core.catalogue.entries import ModelEntry
from core.catalogue.listing import Filters, Listing, listings
from core.catalogue.snapshot import current
from core.contract.tasks import Task
from core.contract.text.languages import primary

REHEARSAL = "rehearsal"
"""The wire of models that pretend."""


def ready_models(task: Task) -> list[Listing]:
    """Models ready for `task`: free ones first, so that nobody spends money by trying, those that pretend
    last, else in the order of the catalogue."""
    found = listings(Filters(tasks=frozenset({task}), ready=True, retired=False))
    return sorted(found, key=lambda entry: (pretends(entry), entry.comparable != 0))


def default_model(task: Task, fits: Callable[[ModelEntry], bool] = lambda model: True) -> ModelEntry | None:
    """The first of `ready_models` that `fits`; None where there is none."""
    return next((entry.model for entry in ready_models(task) if fits(entry.model)), None)


class Listener(TypedDict):
    """A transcription model; `languages` are the codes it can be told, between spaces."""

    slug: str
    name: str
    languages: str


def listener() -> Listener | None:
    """The model that writes down what is spoken on another tab; None where none is ready."""
    model = default_model(Task.TRANSCRIPTION)
    if model is None:
        return None
    languages = [primary(code) or code for code in model.languages] if "language" in model.features else []
    return {"slug": model.slug, "name": model.name, "languages": " ".join(dict.fromkeys(languages))}


def pretends(entry: Listing) -> bool:
    providers = current().providers
    return all(providers[slug].wire == REHEARSAL for slug in entry.providers if slug in providers)
