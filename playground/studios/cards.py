"""Models as the pages list them: cards, labels and icons of tasks, labels of states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from core.catalogue.listing import Listing, Status
from core.catalogue.snapshot import current
from core.contract.tasks import Task
from playground.tasks import LABELS

STATES = {
    Status.READY: gettext_lazy("ready"),
    Status.DEPRECATED: gettext_lazy("ends soon"),
    Status.NEEDS_KEY: gettext_lazy("needs a key"),
    Status.UNAVAILABLE: gettext_lazy("not installed"),
    Status.RETIRED: gettext_lazy("retired"),
}


def model_url(slug: str) -> str:
    return reverse("playground:model", args=[slug])


def task_labels(tasks: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": task, **LABELS[Task(task)]._asdict()} for task in tasks]


def card(entry: Listing) -> dict[str, Any]:
    """The context of the part `model-card`."""
    model = entry.model
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
        "state": entry.status.value,
        "state_label": STATES[entry.status],
    }


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


def sections(entries: Iterable[Listing]) -> list[dict[str, Any]]:
    """`task`, `icon`, `label` and `cards` of each first task of a model, in the order of `LABELS`."""
    groups: dict[Task, list[dict[str, Any]]] = {task: [] for task in LABELS}
    for entry in entries:
        groups[Task(entry.model.tasks[0])].append(card(entry))
    return [
        {"task": task, **LABELS[task]._asdict(), "cards": cards} for task, cards in groups.items() if cards
    ]
