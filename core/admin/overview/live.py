"""Requests in progress in all processes, and the button that ends one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import stop_requests
from core.admin.audit import record_event
from core.admin.overview.periods import records_link
from core.models import Attempt, StopRequest, UsageRecord, User

SHOWN = 20
STOPS = "core.change_usagerecord"
"""Records themselves cannot be changed: the right is good for ending a request."""


@dataclass(frozen=True, slots=True)
class Run:
    """A request in progress; `stopping`: its end is asked for already."""

    record: UsageRecord
    provider: str
    stopping: bool


@dataclass(frozen=True, slots=True)
class Live:
    runs: list[Run]
    more: int
    may_stop: bool
    link: str


def read(user: User) -> Live:
    opened = open_records()
    rows = list(UsageRecord.objects.filter(pk__in=opened[:SHOWN]).select_related("user").order_by("pk"))
    ids = [row.public_id for row in rows]
    tried = Attempt.objects.filter(record__in=ids).order_by("number").values_list("record", "provider")
    asked = set(StopRequest.objects.filter(record__in=ids).values_list("record", flat=True))
    providers = dict(tried)
    runs = [Run(row, providers.get(row.public_id, ""), row.public_id in asked) for row in rows]
    return Live(runs, max(0, len(opened) - SHOWN), user.has_perm(STOPS), records_link(state="open"))


def open_records() -> list[int]:
    """Ids, the oldest first. The state is spelled out: a partial index serves a literal only."""
    found = UsageRecord.objects.extra(where=["state = 'open'"]).order_by()
    return sorted(found.values_list("pk", flat=True))


def urls(site: Any) -> list[Any]:
    """Routes below the list of usage records."""
    view = site.admin_view(require_POST(stop))
    return [path("<int:pk>/stop/", view, name="core_usagerecord_stop")]


def stop(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(STOPS):
        raise PermissionDenied
    record = get_object_or_404(UsageRecord, pk=pk)
    if stop_requests.stop(record):
        record_event(request, record, "stopped")
        notes.success(request, _("%(record)s ends within two seconds.") % {"record": record})
    else:
        notes.info(request, _("%(record)s has ended already.") % {"record": record})
    return redirect("admin:index")
