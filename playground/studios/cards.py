"""Models as the pages list them: cards, labels and icons of tasks, labels of states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, ngettext

from core.catalogue.listing import Listing, Status
from core.catalogue.shutdown import successor
from core.catalogue.snapshot import current
from core.contract.tasks import Task
from playground.studios.own_models import OwnModels
from playground.tasks import LABELS

STATES = {
    Status.READY: gettext_lazy("ready"),
    Status.NEEDS_KEY: gettext_lazy("needs a key"),
    Status.UNAVAILABLE: gettext_lazy("not installed"),
    Status.RETIRED: gettext_lazy("retired"),
}

GROUPS = {
    Status.READY: gettext_lazy("Ready to use"),
    Status.NEEDS_KEY: gettext_lazy("Needs a key"),
    Status.UNAVAILABLE: gettext_lazy("Not installed"),
    Status.RETIRED: gettext_lazy("Retired"),
}
"""Titles of the groups of models, in their order."""


def model_url(slug: str) -> str:
    return reverse("playground:model", args=[slug])


def task_labels(tasks: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": task, **LABELS[Task(task)]._asdict()} for task in tasks]


def card(entry: Listing, mine: OwnModels | None = None) -> dict[str, Any]:
    """The context of the part `model-card`; `favourite` is None where `mine` is not given.

    `instead` is the (name, URL) of the model to use once this one has ended, or None.
    """
    model = entry.model
    readiness = Status.READY if entry.ready else entry.status
    return {
        "url": model_url(model.slug),
        "name": model.name,
        "slug": model.slug,
        "author": model.author,
        "description": gettext(model.description),
        "tasks": task_labels(model.tasks),
        "facts": facts(entry),
        "price": entry.price,
        "provider": provider_names(entry),
        "state": readiness.value,
        "state_label": STATES[readiness],
        "ending": ending(entry),
        "instead": instead(entry),
        "favourite": None if mine is None else model.slug in mine.favourites,
        "used": used_label(mine.last_used.get(model.slug)) if mine else "",
    }


def used_label(at: datetime | None) -> str:
    """How long ago it was used; empty for never."""
    if at is None:
        return ""
    if now() - at < timedelta(minutes=1):
        return gettext("used just now")
    return gettext("used %(time)s ago") % {"time": timesince(at, depth=1)}


def ending(entry: Listing) -> str:
    """When it is shut down, for a model that is not yet; empty for one without an announced end."""
    if not entry.deprecated:
        return ""
    if entry.model.shutdown_at is None:
        return gettext("ends soon")
    return gettext("ends on %(date)s") % {"date": date_format(entry.model.shutdown_at, "SHORT_DATE_FORMAT")}


def instead(entry: Listing) -> tuple[str, str] | None:
    """The name and URL of a model that can be used here, for one that ends or has ended."""
    ends = entry.deprecated or entry.status is Status.RETIRED
    other = successor(entry.model) if ends else None
    return (other.name, model_url(other.slug)) if other else None


def facts(entry: Listing) -> list[str]:
    voices, limits = len(entry.model.voices), entry.model.limits
    found = [ngettext("%(count)d voice", "%(count)d voices", voices) % {"count": voices}] if voices else []
    if Task.IMAGE in entry.model.tasks and limits.get("images"):
        found.append(gettext("edits within a mask") if limits.get("mask") else gettext("edits pictures"))
    return found


def provider_names(entry: Listing) -> str:
    providers = current().providers
    names = [gettext(providers[slug].name) for slug in entry.providers if slug in providers]
    return ", ".join(names)


class Group(NamedTuple):
    """Models of a list in the same state, a `Status` by `name`."""

    name: str
    label: str
    cards: list[dict[str, Any]]


def groups(entries: Iterable[Listing], mine: OwnModels | None = None) -> list[Group]:
    """The usable models first, then the rest by what they lack; none is empty."""
    found: dict[Status, list[dict[str, Any]]] = {}
    for entry in entries:
        status = Status.READY if entry.ready else entry.status
        found.setdefault(status, []).append(card(entry, mine))
    return [Group(state.value, str(GROUPS[state]), found[state]) for state in GROUPS if state in found]
