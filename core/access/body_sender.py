"""Who sends a long body: asked before it is received, so that strangers fill no disk."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, parse_cookie
from django.utils.module_loading import import_string

from core.access.authentication import bearer, verify
from core.contract.tasks import API_PREFIXES
from core.models import User
from core.models.offload import offload

API_PATHS = ("/api/", *(f"{prefix}/" for prefix in API_PREFIXES))


async def body_sender(path: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The user whose API key or, for pages, whose session a request has; empty where it has none."""
    found = {name: value.decode("latin-1") for name, value in headers}
    if path.startswith(API_PATHS):
        key = await verify(bearer(found.get(b"authorization", "")))
        return str(key.user_id) if key else ""
    return await offload(session_user, found.get(b"cookie", ""))


def session_user(cookie: str) -> str:
    """The id of the user who is signed in; blocking."""
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return ""
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request = HttpRequest()
    request.session = store(key)
    user = get_user(request)
    return str(user.pk) if isinstance(user, User) else ""
