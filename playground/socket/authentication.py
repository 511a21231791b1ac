"""Who may open a socket: same origin, valid session, limits of number and rate."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain
from django.utils.module_loading import import_string

from core.access.shared_limits import ParallelLimit
from core.models import User
from core.models.offload import offload

SOCKETS_PER_USER = 10
FRAMES_PER_SECOND = 50
BYTES_PER_SECOND = 4 * 1024 * 1024
LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]

sockets = ParallelLimit("sockets", SOCKETS_PER_USER)
"""Open sockets of each user."""


def origin_allowed(scope: dict[str, Any]) -> bool:
    """Scheme, host and port of `Origin` must be those of the request itself or of a trusted origin.

    A missing Origin is refused: browsers always send it with a websocket.
    """
    origins, hosts = header(scope, b"origin"), header(scope, b"host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    origin, host = origins[0].lower(), hosts[0].lower()
    domain, _ = split_domain_port(host)
    known = settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else [])
    if domain and validate_host(domain, known) and origin == f"{scheme(scope)}://{host}":
        return True
    return any(same_origin(origin, trusted.lower()) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def same_origin(origin: str, trusted: str) -> bool:
    """Exactly equal, or a subdomain where the trusted one is written `https://*.example.org`."""
    if "*" not in trusted:
        return origin == trusted.rstrip("/")
    try:
        mine, theirs = urlsplit(origin), urlsplit(trusted)
    except ValueError:  # an Origin that is no URL
        return False
    return mine.scheme == theirs.scheme and is_same_domain(mine.netloc, theirs.netloc.lstrip("*"))


def scheme(scope: dict[str, Any]) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        wire = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
        if header(scope, wire) == [secure]:
            return "https"
    return "https" if scope.get("scheme") in ("wss", "https") else "http"


def header(scope: dict[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def session_user(session_key: str | None) -> User | None:
    """The user of the session; blocking. None after logout, a changed password, a deactivated account."""
    if not session_key:
        return None
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request = HttpRequest()
    request.session = store(session_key)
    user = get_user(request)
    return user if isinstance(user, User) else None


class SessionUser:
    """Gives a socket's scope its `user` (or None) and `session_key`.

    The middleware of Channels does the same, but adds a call to every frame that is sent.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        cookies = parse_cookie("; ".join(header(scope, b"cookie")))
        key = cookies.get(settings.SESSION_COOKIE_NAME)
        user = await offload(session_user, key)
        await self.app({**scope, "user": user, "session_key": key}, receive, send)


class FrameLimit:
    """Limits frames and bytes per second of one socket."""

    def __init__(self) -> None:
        self._since = 0.0
        self._frames = 0
        self._bytes = 0

    def exceeded(self, size: int) -> bool:
        """Count a frame of `size` bytes; True when this second's limit is exceeded."""
        now = time.monotonic()
        if now - self._since >= 1.0:
            self._since, self._frames, self._bytes = now, 0, 0
        self._frames += 1
        self._bytes += size
        return self._frames > FRAMES_PER_SECOND or self._bytes > BYTES_PER_SECOND
