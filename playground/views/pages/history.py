"""The pages of a user's runs: the list, and the receipt of one."""

from __future__ import annotations

from typing import Any, TypedDict
from uuid import UUID

import orjson
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.catalogue.lookup import find
from core.contract.events import Outcome
from core.contract.tasks import Task
from core.ledger import reports
from core.models import UsageRecord, User
from playground import names, route_trace, studios
from playground.models import Message, Run
from playground.studios.cards import model_url
from playground.tasks import LABELS

PARAMETER_LABELS = {
    "system": gettext_lazy("System prompt"),
    "temperature": gettext_lazy("Temperature"),
    "max_tokens": gettext_lazy("Max tokens"),
    "seed": gettext_lazy("Seed"),
    "reasoning_effort": gettext_lazy("Reasoning effort"),
    "modalities": gettext_lazy("Answered in"),
    "voice": gettext_lazy("Voice"),
    "speed": gettext_lazy("Speed"),
    "instructions": gettext_lazy("Instructions"),
    "response_format": gettext_lazy("Download format"),
    "plain": gettext_lazy("Without Markdown, code and links"),
    "language": gettext_lazy("Spoken language"),
    "prompt": gettext_lazy("Vocabulary"),
    "timestamp_granularities": gettext_lazy("Timestamps"),
    "diarize": gettext_lazy("Who speaks"),
    "num_speakers": gettext_lazy("How many speakers"),
    "cache": gettext_lazy("Answered from the cache if asked before"),
}
"""Labels of parameters; a task's own are in its studio."""

PAGE_SIZE = 20
REUSABLE = (Task.SPEECH, Task.IMAGE, Task.TRANSCRIPTION, Task.TRANSLATION)
"""Tasks whose parameters are the draft of their form; a chat goes on in its conversation."""

SHOWN_ELSEWHERE = ("input", "file", "input_audio", "messages")


class HistoryRow(TypedDict):
    """`url` is where the title leads, `again` the parameters as JSON where they can fill the form of
    `again_url`."""

    run: Run
    url: str
    again: str
    again_url: str


class HistoryGroup(TypedDict):
    """`others` are the older runs of the same conversation."""

    first: HistoryRow
    others: list[HistoryRow]


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    words, task = request.GET.get("q", "")[:200], request.GET.get("task", "")
    runs = runs_page(request.user, words=words, task=task, number=request.GET.get("page", "1"))
    context = {
        "runs": runs,
        "groups": groups(list(runs)),
        "words": words,
        "task": task,
        "task_choices": [(name.value, label) for name, (_icon, label) in LABELS.items()],
        "filtered": bool(words or task),
    }
    return render(request, "playground/history.html", context)


def groups(runs: list[Run]) -> list[HistoryGroup]:
    """The runs of a page in their order; those of a conversation stand where its newest is."""
    links = Message.objects.filter(run__in=[run.pk for run in runs if run.task == Task.CHAT])
    conversations = dict(links.values_list("run", "conversation")) if runs else {}
    found: dict[Any, HistoryGroup] = {}
    for run in runs:
        conversation = conversations.get(run.pk)
        row = history_row(run, conversation)
        if conversation in found:
            found[conversation]["others"].append(row)
        else:
            found[conversation or run.pk] = {"first": row, "others": []}
    return list(found.values())


def history_row(run: Run, conversation: UUID | None) -> HistoryRow:
    """Its title leads to the conversation, else to the receipt."""
    reusable = run.task in REUSABLE and not run.source and find(run.model) is not None
    return {
        "run": run,
        "url": conversation_url(run.model, conversation)
        if conversation
        else reverse("playground:run", args=[run.pk]),
        "again": orjson.dumps({"task": run.task, **run.params}).decode() if reusable else "",
        "again_url": f"{model_url(run.model)}?again={run.pk}"
        if "file" in run.params
        else model_url(run.model),
    }


def conversation_url(model: str, conversation: UUID) -> str:
    return f"{model_url(model)}?conversation={conversation}"


def runs_page(
    user: User, *, words: str = "", task: str = "", number: int | str = 1, size: int = PAGE_SIZE
) -> Page[Run]:
    """Page `number` of the user's own runs, newest first; a number out of range gives the nearest page."""
    runs = Run.objects.for_user(user).matching(words).defer("frames", "words", "sent")
    if task:
        runs = runs.filter(task=task)
    return Paginator(runs, size).get_page(number)


@login_required
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The receipt of a run: its parameters, its attempts, its costs, its result."""
    found = get_object_or_404(Run.objects.for_user(request.user).select_related("upload"), pk=run_id)
    settled = reports.generation(found.generation, [request.user.pk]) if found.generation else None
    record, attempts = settled or (None, [])
    studio = studios.MODULES[Task(found.task)]
    context = {
        "run": found,
        "record": record,
        "trace": route_trace.steps(attempts, found.receipt or {}),
        "models": answering_models(found, record),
        "model_url": model_url(found.model) if find(found.model) else "",
        "words": found.words,
        "parameters": parameters(found),
        "first_event_label": studio.FACTS.first_event,
        "result": studio.FACTS.result,
        **studio.receipt(found),
    }
    return render(request, "playground/run.html", context)


def answering_models(found: Run, record: UsageRecord | None) -> list[tuple[str, str]]:
    """(model, provider or "") of each model that took part: two where a second one translated."""
    receipt = found.receipt or {}
    provider = record.provider if record else ""
    if not receipt.get("then"):
        return [(found.model, provider)]
    # the second model is called after the first has completed
    attempts = receipt.get("attempts", ())
    completed = [attempt["provider"] for attempt in attempts if attempt["outcome"] == Outcome.COMPLETED]
    first, second = (completed[0], provider) if completed else (provider, "")
    return [(found.model, first), (receipt["then"], second if len(attempts) > 1 else "")]


def parameters(run: Run) -> list[tuple[str, Any]]:
    """(label, value) of the parameters beside the input; one without a label keeps its name."""
    facts = studios.MODULES[Task(run.task)].FACTS
    left_out = (*SHOWN_ELSEWHERE, *facts.shown_elsewhere)
    return [
        (
            facts.parameters.get(name) or PARAMETER_LABELS.get(name, name),
            names.parameter_value(run.model, name, flatten(value)),
        )
        for name, value in run.params.items()
        if name not in left_out
    ]


def flatten(value: Any) -> Any:
    """An object, or a list of objects, as JSON text; other values unchanged."""
    nested = isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    )
    return orjson.dumps(value).decode() if nested else value
