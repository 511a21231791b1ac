"""The admin's first page: what is spent, what runs, what fails, and what needs doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.admin import key_entry
from core.admin.overview import alerts, health, live, spending, what_if
from core.admin.overview.periods import Range

USAGE = "core.view_usagerecord"


def index_view(index: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Django's index with the parts that its reader may see."""

    def view(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return index(request, {**(extra_context or {}), **context(request)})

    return view


def context(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {
        "overview": True,
        "alerts": alerts.found_for(request.user),
        "key_rows": key_entry.rows_for(request.user),
    }
    if request.user.has_perm(USAGE):
        period = Range.of(request.GET)
        found |= {
            "spending": spending.read(period),
            "live": live.read(request.user),
            "health": health.read(),
            "what_if": what_if.read(period, request.GET.get("model", "")),
        }
    return found
