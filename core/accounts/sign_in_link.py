"""The link that signs the first admin in: it works once, for 15 minutes."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.models import AuditEvent, User

SALT = "polyphony.sign-in"
SIGN_IN_SECONDS = 15 * 60


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
    record_authentication(request, user, method="link")
    UserSession.objects.create_from_request(request)
    AuditEvent.objects.create(actor=user, action="account.link_used", subject=user.get_username())
    return redirect("/")
