"""The home page: what Polyphony does, ready to be tried; the user's latest work; the models."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.catalogue.listing import Filters, listings
from core.contract.tasks import Task
from core.models import User
from playground import home, names
from playground.home.starting_model import starting_model
from playground.models import Run
from playground.studios.cards import card, model_url
from playground.studios.own_models import OwnModels, own_models
from playground.tasks import LABELS

RUNS_SHOWN = 4
MODELS_SHOWN = 6


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    mine = own_models(user)
    usable = listings(Filters(ready=True, retired=False))
    context = {
        "panels": [panel(task, mine) for task in home.TASKS],
        "recent": recent_work(user),
        "models": [card(entry, mine) for entry in mine.sorted(usable)[:MODELS_SHOWN]],
        "total": len(listings(Filters())),
        "passwordless": not user.has_usable_password(),
    }
    return render(request, "playground/home.html", context)


def panel(task: Task, mine: OwnModels) -> dict[str, Any]:
    """The context of `playground/home/<task>.html`; without a `model` where none is ready."""
    entry = starting_model(task, mine)
    found: dict[str, Any] = {
        "task": task.value,
        "icon": LABELS[task].icon,
        "template": f"playground/home/{task.value}.html",
    }
    if entry is None:
        return {**found, "models_url": f"{reverse('playground:models')}?task={task.value}"}
    about = {"model": card(entry, mine), "costs": entry.comparable != 0}
    return {**found, **about, **home.MODULES[task].panel(entry)}


def recent_work(user: User) -> list[dict[str, Any]]:
    """The latest runs as links: a chat once per conversation, to the conversation."""
    found: dict[str, dict[str, Any]] = {}
    runs = Run.objects.for_user(user).exclude(state=Run.State.RUNNING).prefetch_related("messages")
    for run in runs.defer("frames", "words", "sent")[: RUNS_SHOWN * 4]:
        message = next(iter(run.messages.all()), None)
        url = (
            f"{model_url(run.model)}?conversation={message.conversation_id}"
            if message
            else reverse("playground:run", args=[run.id])
        )
        found.setdefault(
            url,
            {
                "url": url,
                "icon": LABELS[Task(run.task)].icon,
                "task": LABELS[Task(run.task)].label,
                "title": run.transcript.get("text") or run.title,
                "model": names.model_name(run.model),
                "at": run.created_at,
                "picture": picture(run),
            },
        )
    return list(found.values())[:RUNS_SHOWN]


def picture(run: Run) -> str:
    """The URL of the first picture of its answer that is stored here."""
    images = run.answer.get("images") or [{}]
    return str((images[0].get("upload") or {}).get("url", ""))
