"""A model's page and its tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.catalogue import lookup, prices
from core.catalogue.listing import Listing, Status, listing, status_of
from core.catalogue.readiness import readiness
from core.contract.audio import AudioFormat
from core.contract.errors import ModelNotFound, PolyphonyError
from core.contract.tasks import Task
from core.ledger import reports
from playground import names
from playground.conversations import serializer
from playground.models import Conversation, Run
from playground.samples.speech import Sample
from playground.samples.tasks import SAMPLES, conversation_samples, samples
from playground.studios import cards, transcription, voices
from playground.studios import chat as chatting
from playground.views import presets

TABS = {
    "playground": gettext_lazy("Playground"),
    "code": gettext_lazy("Code"),
    "pricing": gettext_lazy("Pricing & providers"),
    "usage": gettext_lazy("Usage"),
}
EARLIER = 8
LATEST = 20


@login_required
@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        entry = listing(lookup.get(slug))
    except ModelNotFound as error:
        near = error.metadata.get("near_models", [])
        context = {"slug": slug, "near": [(name, cards.url(name)) for name in near]}
        return render(request, "playground/model_unknown.html", context, status=404)
    if entry.model.slug != slug:
        return redirect(cards.url(entry.model.slug))
    tab = request.GET.get("tab", "playground")
    if tab not in TABS:
        raise Http404
    context = {
        "entry": entry,
        "model": entry.model,
        "card": cards.card(entry),
        "replacement_url": cards.url(entry.model.replacement) if entry.model.replacement else "",
        "tab": tab,
        "names": names.page_names(entry),
        "tabs": [(name, label, f"?tab={name}") for name, label in TABS.items()],
        **CONTEXTS[tab](request, entry),
    }
    return render(request, "playground/model.html", context)


def playground(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    if Task.SPEECH in entry.model.tasks:
        return {
            "panel": "playground/tabs/speech.html",
            "studio": "speech",
            **studio(entry),
            **earlier(request, entry),
        }
    if Task.CHAT in entry.model.tasks:
        return chat(request, entry)
    if {Task.TRANSCRIPTION, Task.TRANSLATION} & set(entry.model.tasks):
        panel = "playground/tabs/transcription.html"
        return {
            "panel": panel,
            "studio": "transcription",
            **transcription.studio(entry),
            "waiting": transcription.waiting(request.user),
            **earlier(request, entry),
        }
    return {"panel": "playground/tabs/none.html"}


def chat(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    """Raises `Http404` for a conversation that is not this person's."""
    conversation = request.GET.get("conversation", "")
    if conversation and not owned(request, conversation):
        raise Http404
    return {
        "panel": "playground/tabs/chat.html",
        "studio": "chat",
        "conversation": conversation,
        "conversations": serializer.page(request.user),
        "presets": presets.list_presets(request.user),
        **chatting.studio(entry),
        "names": names.chat_names(),
    }


def owned(request: HttpRequest, conversation: str) -> bool:
    try:
        return Conversation.objects.for_user(request.user).filter(id=UUID(conversation)).exists()
    except ValueError:
        return False


def studio(entry: Listing) -> dict[str, Any]:
    """Everything the speech studio needs; `why` explains a control that cannot be used."""
    found = entry.model
    text = example(entry)
    retired = entry.status is Status.RETIRED
    per_character = None if entry.comparable is None else entry.comparable / 1_000_000
    return {
        "text": text,
        **voices.voice_picker(found, text),
        "limit": found.limits.get("characters"),
        "price": "" if per_character is None else f"{per_character:f}",
        "formats": downloads(entry),
        "speed": found.speed,
        "instructions": "instructions" in found.features,
        "why": "" if entry.ready else entry.help or _("Nobody serves it."),
        "why_title": _("This model is retired") if retired else _("This model cannot speak yet"),
    }


def downloads(entry: Listing) -> list[tuple[str, str]]:
    """Formats of files that can be heard again; bare samples are kept as WAV."""
    formats = dict.fromkeys("wav" if form == "pcm" else form for form in entry.model.formats or ("mp3",))
    return [(form, form.upper()) for form in formats]


def example(entry: Listing) -> str:
    language = (get_language() or "en").split("-")[0]
    examples = entry.model.examples
    return examples.get(language) or examples.get("en") or _("Every voice begins with a breath.")


def earlier(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    """This model's last runs of this person, and the one still going, if any."""
    mine = Run.objects.for_user(request.user).filter(model=entry.model.slug, task__in=entry.model.tasks)
    running = mine.filter(state=Run.State.RUNNING).first()
    return {"runs": mine.exclude(state=Run.State.RUNNING)[:EARLIER], "running": running}


def code(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    task = entry.model.tasks[0]
    origin = f"{request.scheme}://{request.get_host()}"
    if task == Task.CHAT:
        return {
            "panel": "playground/tabs/code.html",
            "task": task,
            "samples": chatted(request, entry, origin),
        }
    if task not in SAMPLES:
        return {"panel": "playground/tabs/none.html"}
    params = spoken(entry) if task == Task.SPEECH else transcription.params(entry)
    shown = samples(task, entry.model.slug, params, origin)
    return {"panel": "playground/tabs/code.html", "task": task, "samples": shown}


def chatted(request: HttpRequest, entry: Listing, origin: str) -> list[Sample]:
    """The conversation of the address so far, else the example. Raises `Http404` for somebody else's."""
    place = {"conversation": request.GET.get("conversation") or None}
    params: dict[str, Any] = {"messages": []}
    if place["conversation"] is None:
        params = {"messages": [{"role": "user", "content": chatting.example(entry.model)}]}
    try:
        return conversation_samples(request.user, entry.model.slug, params, place, origin)
    except PolyphonyError as error:
        raise Http404 from error


def spoken(entry: Listing) -> dict[str, Any]:
    """The speech studio's request before anything is set."""
    picked = voices.voice_picker(entry.model, example(entry))
    return {"input": example(entry), "voice": picked["voice"], "response_format": default_format(entry)}


def default_format(entry: Listing) -> str:
    formats = entry.model.formats
    return AudioFormat.MP3.value if AudioFormat.MP3 in formats or not formats else formats[0]


def pricing(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    rows = []
    for endpoint in entry.model.endpoints:
        if endpoint.visible:
            state = readiness(endpoint.provider, endpoint.upstream_id)
            rows.append(
                {
                    "provider": endpoint.provider,
                    "upstream_id": endpoint.upstream_id,
                    "ready": state.ready,
                    "help": state.help,
                    "lines": prices.lines(endpoint.prices),
                    "formats": ", ".join(endpoint.formats),
                }
            )
    return {"panel": "playground/tabs/pricing.html", "endpoints": rows, "advice": status_of(entry.model)[1]}


def usage(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    mine, slug = [request.user.pk], entry.model.slug
    rows = reports.usage_report(users=mine, model=slug)["rows"]
    return {
        "panel": "playground/tabs/usage.html",
        "row": rows[0] if rows else None,
        "records": reports.records(users=mine, model=slug)[:LATEST],
    }


CONTEXTS: dict[str, Callable[[HttpRequest, Listing], dict[str, Any]]] = {
    "playground": playground,
    "code": code,
    "pricing": pricing,
    "usage": usage,
}
