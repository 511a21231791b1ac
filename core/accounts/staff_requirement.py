"""Staff need a second factor for the admin pages, after some days in which to set one up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from inspect import iscoroutinefunction
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import user_logged_in
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.db.migrations.recorder import MigrationRecorder
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.operations.second_factors import has_second_factor

NOTICE = timedelta(days=7)
"""How long before the end of the days each sign-in says so; the security page says it from the start."""


@sync_and_async_middleware
def staff_requirement(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware below the sign-in's: admin pages lead to the security page once the days are over."""
    if iscoroutinefunction(get_response):
        answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def handle(request: HttpRequest) -> HttpResponseBase:
            found = await sync_to_async(refusal)(request) if of_admin(request) else None
            return found or await answer(request)

        return handle
    return lambda request: (refusal(request) if of_admin(request) else None) or get_response(request)


def of_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def refusal(request: HttpRequest) -> HttpResponseBase | None:
    """Where to go instead; None for those who may go on, and for visitors: the admin asks them to sign in."""
    until = deadline(request)
    if until is None or timezone.now() < until:
        return None
    messages.warning(request, _("Admin pages need a second factor. Add one here."))
    return redirect("mfa_index")


def deadline(request: HttpRequest) -> datetime | None:
    """Until when this person may do without a second factor; None where they need none (any more)."""
    user = request.user
    if not (settings.STAFF_SECOND_FACTOR and user.is_authenticated and user.is_staff):
        return None
    if signed_in_elsewhere(request) or has_second_factor(user):
        return None
    days = timedelta(days=settings.STAFF_SECOND_FACTOR_DAYS)
    return max(user.date_joined, introduced()) + days


def signed_in_elsewhere(request: HttpRequest) -> bool:
    """Whether a company's own sign-in vouches for the session: second factors are its business."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "socialaccount" for record in records)


def introduced() -> datetime:
    """When this installation learned second factors: the days count from then for those who were there."""
    applied = MigrationRecorder.Migration.objects.filter(app="mfa", name="0001_initial")
    return applied.values_list("applied", flat=True)[0]


@receiver(user_logged_in, dispatch_uid="second factor needed")
def announce(request: HttpRequest, **_others: Any) -> None:
    """Say once per sign-in, towards the end of the days, from when a second factor is needed."""
    until = deadline(request)
    if until and until - timezone.now() < NOTICE:
        text = _("Admin pages will need a second factor from %(day)s. Add one under Account, Security.")
        messages.warning(request, text % {"day": date_format(timezone.localtime(until))})
