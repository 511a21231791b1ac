"""Signing in: sign-up is closed, admins create accounts, the first admin gets a link that works once.

What is answered to somebody who is signed in is stored nowhere: by no proxy, on no shared computer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.models import AuditEvent, User

SALT = "polyphony.sign-in"
SIGN_IN_SECONDS = 15 * 60
PERSONAL = "private, no-store"


class ClosedSignUp(DefaultAccountAdapter):
    """allauth without sign-up; a changed password leads back to the home page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)


class SignInForm(LoginForm):
    """allauth's form, labelled for what it accepts: username or email."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["remember"].label = _("Stay signed in")


def sign_in_token(user: User) -> str:
    """A token that signs `user` in once, within 15 minutes; any later sign-in makes it invalid."""
    return signing.dumps([user.pk, last_login(user)], salt=SALT)


def last_login(user: User) -> str:
    """ISO 8601; empty before the first sign-in."""
    return user.last_login.isoformat() if user.last_login else ""


def redeem(token: str) -> User | None:
    """The user of a valid token, which is invalid afterwards; None for any other token."""
    try:
        pk, previous_login = signing.loads(token, salt=SALT, max_age=SIGN_IN_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or last_login(user) != previous_login:
        return None
    # the condition decides between two requests at the same moment
    unused = User.objects.filter(pk=pk, last_login=user.last_login)
    return user if unused.update(last_login=timezone.now()) else None


@never_cache
@require_http_methods(["GET"])  # link previews send HEAD and must not use the link up
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by the link of `manage.py playground`, or go to the sign-in page with a message."""
    user = redeem(token)
    if user is None:
        messages.error(request, _("This sign-in link has been used or is older than 15 minutes."))
        return redirect("account_login")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    AuditEvent.objects.create(actor=user, action="account.link_used", subject=user.get_username())
    return redirect("/")


@sync_and_async_middleware
def personal_answers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware above the session's: marks what is answered to, or starts, a session.

    A view that marks its answer as private itself, such as a file that is asked for in ranges, is left alone.
    """
    if iscoroutinefunction(get_response):
        answer: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def handle(request: HttpRequest) -> HttpResponseBase:
            return marked(request, await answer(request))

        return handle
    return lambda request: marked(request, get_response(request))


def marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    name = settings.SESSION_COOKIE_NAME
    personal = name in request.COOKIES or name in response.cookies
    if personal and "private" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = PERSONAL
    return response
