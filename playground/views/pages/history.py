"""What a person did here before: the list of runs, and the receipt of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.catalogue.lookup import find
from core.contract.events import Outcome
from core.contract.tasks import Task
from core.ledger import reports
from core.models import UsageRecord
from playground import names
from playground.conversations.serializer import answer_html
from playground.models import Run
from playground.runs import transcript
from playground.runs.history import page
from playground.studios.cards import TASKS, url

PARAMETERS = {
    "system": gettext_lazy("System prompt"),
    "temperature": gettext_lazy("Temperature"),
    "max_tokens": gettext_lazy("Most tokens"),
    "seed": gettext_lazy("Seed"),
    "modalities": gettext_lazy("Answered in"),
    "voice": gettext_lazy("Voice"),
    "speed": gettext_lazy("Speed"),
    "instructions": gettext_lazy("Instructions"),
    "response_format": gettext_lazy("Downloaded as"),
    "plain": gettext_lazy("Without Markdown, code and links"),
    "language": gettext_lazy("Spoken language"),
    "prompt": gettext_lazy("Names and words that occur"),
    "timestamp_granularities": gettext_lazy("Times of"),
    "diarize": gettext_lazy("Who speaks"),
    "num_speakers": gettext_lazy("How many speakers"),
}
TRANSCRIBED = {"response_format": gettext_lazy("Asked for")}
ANSWERED = {"response_format": gettext_lazy("Answered as")}
OF_A_TASK = {Task.TRANSCRIPTION: TRANSCRIBED, Task.TRANSLATION: TRANSCRIBED, Task.CHAT: ANSWERED}
ELSEWHERE = ("input", "file", "input_audio", "messages")
"""Shown in a place of their own."""


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    words, task = request.GET.get("q", "")[:200], request.GET.get("task", "")
    runs = page(request.user, words=words, task=task, number=request.GET.get("page", "1"))
    context = {
        "runs": runs,
        "words": words,
        "task": task,
        "task_choices": [(name.value, label) for name, (_icon, label) in TASKS.items()],
        "filtered": bool(words or task),
    }
    return render(request, "playground/history.html", context)


@login_required
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The whole receipt: what was asked, the way it took, what it came to."""
    found = get_object_or_404(Run.objects.for_user(request.user).select_related("upload"), pk=run_id)
    booked = reports.generation(found.generation, [request.user.pk]) if found.generation else None
    context = {
        "run": found,
        "record": booked[0] if booked else None,
        "attempts": booked[1] if booked else [],
        "makers": makers(found, booked[0] if booked else None),
        "model_url": url(found.model) if find(found.model) else "",
        "words": found.words,
        "transcript_files": list(transcript.FILES),
        "asked": asked(found),
        **chatted(found),
    }
    return render(request, "playground/run.html", context)


def makers(found: Run, record: UsageRecord | None) -> list[tuple[str, str]]:
    """Every model of the answer with its provider, where one is known: two where two made it."""
    receipt = found.receipt or {}
    provider = record.provider if record else ""
    if not receipt.get("then"):
        return [(found.model, provider)]
    # the second model is asked once the first has answered
    way = receipt.get("attempts", ())
    done = [attempt["provider"] for attempt in way if attempt["outcome"] == Outcome.COMPLETED]
    first, second = (done[0], provider) if done else (provider, "")
    return [(found.model, first), (receipt["then"], second if len(way) > 1 else "")]


def chatted(found: Run) -> dict[str, Any]:
    """What a chat's receipt shows beside that of other runs: the answer, the files, its conversation."""
    if found.task != Task.CHAT:
        return {}
    message = found.messages.order_by("created_at").first()
    place = f"?conversation={message.conversation_id}" if message and find(found.model) else ""
    drawn = [image["upload"]["id"] for image in found.answer.get("images") or () if image.get("upload")]
    return {
        "answer": answer_html(found.answer.get("text", "")),
        "reasoning": found.answer.get("reasoning", ""),
        "calls": found.answer.get("calls", []),
        "files": found.uploads.exclude(id__in=drawn),
        "images": found.uploads.filter(id__in=drawn).order_by("name"),
        "conversation_url": url(found.model) + place if place else "",
    }


def asked(run: Run) -> list[tuple[str, Any]]:
    """What was set beside the text, in words; what we have no word for keeps its name."""
    own = OF_A_TASK.get(run.task, {})
    return [
        (own.get(name) or PARAMETERS.get(name, name), names.parameter_value(run.model, name, plain(value)))
        for name, value in run.params.items()
        if name not in ELSEWHERE
    ]


def plain(value: Any) -> Any:
    """An object as JSON writes it: it has no words."""
    nested = isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    )
    return orjson.dumps(value).decode() if nested else value
