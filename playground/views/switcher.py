"""What the switcher finds: pages, models and the user's own conversations."""

from __future__ import annotations

from typing import Any, TypedDict

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.catalogue.listing import Filters, Listing, listings
from core.models import User
from core.models.offload import offload
from playground import names
from playground.models import Conversation
from playground.studios.cards import STATES, ending, instead, model_url
from playground.studios.own_models import own_models
from playground.tasks import LABELS
from playground.views.json_response import signed_in

MODELS_SHOWN, CONVERSATIONS_SHOWN = 8, 6
LONGEST_QUERY = 200


class Choice(TypedDict):
    title: str
    detail: str
    icon: str
    url: str


@signed_in("GET")
async def switcher(request: HttpRequest, user: User) -> HttpResponseBase:
    """`groups` of choices for `?q=`; without it the user's models and latest conversations first."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    response = JsonResponse({"groups": await offload(groups, user, words)})
    response["Cache-Control"] = "private, no-store"
    return response


def groups(user: User, words: str) -> list[dict[str, Any]]:
    """Those that have something."""
    found = [
        {"label": _("Models"), "choices": models(user, words)},
        {"label": _("Conversations"), "choices": conversations(user, words)},
        {"label": _("Pages"), "choices": pages(user, words)},
    ]
    return [group for group in found if group["choices"]]


def models(user: User, words: str) -> list[Choice]:
    mine = own_models(user)
    found = mine.sorted(listings(Filters(query=words, ready=not words, retired=bool(words))))
    return [
        {
            "title": entry.model.name,
            "detail": " · ".join(model_facts(entry)),
            "icon": next(LABELS[task].icon for task in LABELS if task in entry.model.tasks),
            "url": model_url(entry.model.slug),
        }
        for entry in sorted(found, key=lambda entry: not entry.ready)[:MODELS_SHOWN]
    ]


def model_facts(entry: Listing) -> list[str]:
    """What it does; what it lacks; when it ends, and what can be used then."""
    found = [str(LABELS[task].label) for task in LABELS if task in entry.model.tasks]
    if not entry.ready:
        found.append(str(STATES[entry.status]))
    if entry.deprecated:
        found.append(ending(entry))
    if other := instead(entry):
        found.append(_("instead: %(model)s") % {"model": other[0]})
    return found


def conversations(user: User, words: str) -> list[Choice]:
    rows = Conversation.objects.for_user(user).matching(words).defer("settings")[:CONVERSATIONS_SHOWN]
    return [
        {
            "title": row.title,
            "detail": names.model_name(row.model),
            "icon": "chat",
            "url": f"{model_url(row.model)}?conversation={row.id}",
        }
        for row in rows
    ]


def pages(user: User, words: str) -> list[Choice]:
    known = [
        (_("Home"), "wave", reverse("playground:home")),
        (_("Models"), "server", reverse("playground:models")),
        (_("History"), "history", reverse("playground:history")),
        (_("Usage"), "chart", reverse("playground:usage")),
        (_("API keys"), "key", reverse("playground:keys")),
        (_("API reference"), "code", "/api/docs"),
    ]
    if user.is_staff:
        known.append((_("Administration"), "settings", reverse("admin:index")))
    wanted = words.casefold().split()
    return [
        {"title": title, "detail": "", "icon": icon, "url": url}
        for title, icon, url in known
        if all(word in title.casefold() for word in wanted)
    ]
