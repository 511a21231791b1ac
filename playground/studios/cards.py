"""Models as the pages show them: cards, tasks with their icons, states in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from core.catalogue.listing import Listing, Status
from core.catalogue.snapshot import current
from core.contract.tasks import Task

TASKS = {
    Task.SPEECH: ("speaker", gettext_lazy("Speech")),
    Task.TRANSCRIPTION: ("mic", gettext_lazy("Transcription")),
    Task.TRANSLATION: ("translate", gettext_lazy("Translation")),
    Task.CHAT: ("chat", gettext_lazy("Chat")),
    Task.IMAGE: ("image", gettext_lazy("Images")),
    Task.EMBEDDING: ("chart", gettext_lazy("Embeddings")),
}
STATES = {
    Status.READY: gettext_lazy("ready"),
    Status.DEPRECATED: gettext_lazy("ends soon"),
    Status.NEEDS_KEY: gettext_lazy("needs a key"),
    Status.UNAVAILABLE: gettext_lazy("not installed"),
    Status.RETIRED: gettext_lazy("retired"),
}


def url(slug: str) -> str:
    return reverse("playground:model", args=[slug])


def task_parts(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "icon": TASKS[Task(name)][0], "label": TASKS[Task(name)][1]} for name in names]


def card(entry: Listing) -> dict[str, Any]:
    """The context of the part `model-card`."""
    model = entry.model
    return {
        "url": url(model.slug),
        "name": model.name,
        "slug": model.slug,
        "author": model.author,
        "description": gettext(model.description),
        "tasks": task_parts(model.tasks),
        "facts": facts(entry),
        "price": entry.price,
        "provider": provider_names(entry),
        "state": entry.status.value,
        "state_label": STATES[entry.status],
    }


def facts(entry: Listing) -> list[str]:
    voices = len(entry.model.voices)
    return [ngettext("%(count)d voice", "%(count)d voices", voices) % {"count": voices}] if voices else []


def provider_names(entry: Listing) -> str:
    providers = current().providers
    names = [gettext(providers[slug].name) for slug in entry.providers if slug in providers]
    return ", ".join(names)


def sections(entries: Iterable[Listing]) -> list[dict[str, Any]]:
    """Cards under the task each model is mainly for, in the order of the tabs."""
    groups: dict[str, list[dict[str, Any]]] = {task: [] for task in TASKS}
    for entry in entries:
        groups[entry.model.tasks[0]].append(card(entry))
    return [
        {"task": task, "icon": TASKS[Task(task)][0], "label": TASKS[Task(task)][1], "cards": cards}
        for task, cards in groups.items()
        if cards
    ]
