"""The page of the user's own API keys: issue, show once, revoke."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.access.keys import issue, revoke
from core.models import ApiKey

LIFETIMES = (30, 180, 365)
ISSUED = "issued-key"
ISSUED_SECONDS = 60


def issues(request: HttpRequest) -> bool:
    """Whether a key would be made, which a session that was left open must not do by itself."""
    return request.method == "POST"


@login_required
@reauthentication_required(enabled=issues)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST issues a key, which the page after it shows once."""
    if request.method == "POST":
        return shown_next(request, issue_key(request))
    issued = request.get_signed_cookie(ISSUED, None, salt=salt(request), max_age=ISSUED_SECONDS)
    context = {
        "keys": ApiKey.objects.filter(user=request.user),
        "issued": issued,
        "lifetimes": LIFETIMES,
        "base_url": f"{request.scheme}://{request.get_host()}/api/v1",
    }
    response = render(request, "playground/keys.html", context)
    if ISSUED in request.COOKIES:
        response.delete_cookie(ISSUED, path=request.path, samesite="Strict")
    return response


def shown_next(request: HttpRequest, key: str) -> HttpResponse:
    """Go to the page, which reads the new key from a cookie and deletes it: the server stores it nowhere."""
    response = redirect("playground:keys")
    response.set_signed_cookie(
        ISSUED,
        key,
        salt=salt(request),
        max_age=ISSUED_SECONDS,
        path=request.path,
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def salt(request: HttpRequest) -> str:
    """Binds the cookie to the user: nobody else's page shows it."""
    return f"{ISSUED}-{request.user.pk}"


def issue_key(request: HttpRequest) -> str:
    name, days = request.POST.get("name", "").strip()[:120], request.POST.get("days", "")
    if "\0" in name:  # PostgreSQL does not store it
        raise BadRequest("The name contains the character U+0000.")
    lifetime = timedelta(days=int(days)) if days in map(str, LIFETIMES) else None
    text, _key = issue(
        request.user,
        name=name,
        expires_at=timezone.now() + lifetime if lifetime else None,
    )
    return text


@login_required
@require_POST
def revoke_key(request: HttpRequest, public_id: str) -> HttpResponse:
    key = get_object_or_404(ApiKey, public_id=public_id, user=request.user)
    revoke(key, actor=request.user)
    messages.success(request, _("%(key)s is revoked.") % {"key": key})
    return redirect("playground:keys")
