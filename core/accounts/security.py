"""The page of one's own sign-in: password, second factors, and where one is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.accounts.browsers import browser_name
from core.accounts.staff_requirement import deadline
from core.models import AuditEvent, User
from core.operations.second_factors import has_second_factor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser in which somebody is signed in."""

    pk: int
    browser: str
    address: str
    since: datetime
    current: bool


@login_required
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    context = {
        **factors(request.user),
        "sessions": sessions(request),
        "deadline": deadline(request),
        "company": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "connected": SocialAccount.objects.filter(user=request.user).exists(),
    }
    return render(request, "account/security.html", context)


def factors(user: User) -> dict[str, Any]:
    """The person's authenticator app, passkeys, and the number of recovery codes that are left."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    of = {kind: [row for row in found if row.type == kind] for kind in Authenticator.Type}
    codes = of[Authenticator.Type.RECOVERY_CODES]
    return {
        "app": next(iter(of[Authenticator.Type.TOTP]), None),
        "passkeys": of[Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
    }


def sessions(request: HttpRequest) -> list[SignedIn]:
    """Where the person is signed in, this browser first, then the latest."""
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)
    found = [
        SignedIn(row.pk, browser_name(row.user_agent), row.ip, row.created_at, row.is_current())
        for row in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(found, key=lambda row: (row.current, row.since), reverse=True)


@login_required
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """Sign one browser of the person's out; its pages and sockets are closed within seconds."""
    get_object_or_404(UserSession, pk=session, user=request.user).end()
    record_end(request, 1)
    messages.success(request, _("That browser is signed out."))
    return redirect("mfa_index")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere but here."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    count = len([session.end() for session in others])
    record_end(request, count)
    messages.success(request, _("You are signed in here only."))
    return redirect("mfa_index")


@login_required
@require_POST
def end_connection(request: HttpRequest) -> HttpResponse:
    """Let the company's sign-in no longer open this account, unless nothing else would."""
    if request.user.has_usable_password() or has_second_factor(request.user):
        count, _rows = SocialAccount.objects.filter(user=request.user).delete()
        if count:
            AuditEvent.objects.create(
                actor=request.user, action="account.disconnected", subject=request.user.get_username()
            )
    else:
        messages.error(request, _("Set a password or add a passkey first: nothing else would let you in."))
    return redirect("mfa_index")


def record_end(request: HttpRequest, count: int) -> None:
    AuditEvent.objects.create(
        actor=request.user,
        action="session.ended",
        subject=request.user.get_username(),
        detail={"sessions": count},
    )
