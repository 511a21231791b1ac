"""Which model a panel of the home page begins with."""

from __future__ import annotations

from django.utils.translation import get_language

from core.catalogue.listing import Filters, Listing, Status, listings
from core.catalogue.snapshot import current
from core.contract.tasks import Task
from core.contract.text.languages import primary
from playground.studios.default_models import pretends
from playground.studios.own_models import NEVER, OwnModels

LOCAL = "local"
"""The wire of models that are embedded."""


def starting_model(task: Task, mine: OwnModels) -> Listing | None:
    """The user's own choice where it is ready, else the best that is; None where nothing is.

    In this order: it speaks the page's language; it does not pretend; the user's favourites, then those used
    last; it is served by a provider rather than embedded; it has no announced end; it has a price; its rank.
    """
    found = listings(Filters(tasks=frozenset({task}), ready=True, retired=False))
    return min(found, key=lambda entry: preference(entry, task, mine), default=None)


def preference(entry: Listing, task: Task, mine: OwnModels) -> tuple[object, ...]:
    slug = entry.model.slug
    used = mine.last_used.get(slug, NEVER)
    return (
        not understood(entry, task),
        pretends(entry),
        slug not in mine.favourites,
        -(used - NEVER).total_seconds(),
        embedded(entry),
        entry.status is Status.DEPRECATED,
        entry.comparable is None,
    )


def understood(entry: Listing, task: Task) -> bool:
    """Whether it can say what the page has written for it."""
    spoken = {primary(voice.language) for voice in entry.model.voices}
    language = primary(get_language() or "en")
    return task is not Task.SPEECH or not spoken or bool(spoken & {language, "", None})


def embedded(entry: Listing) -> bool:
    providers = current().providers
    return all(providers[slug].wire == LOCAL for slug in entry.providers if slug in providers)
