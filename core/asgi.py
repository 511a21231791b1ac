"""The ASGI application: API, pages and websocket; background work starts with the first scope."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

from channels.routing import URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

pages = get_asgi_application()

# the registry must be ready before anything below touches a model
from core import background, checks
from core.access.body_quota import MIB, BodyQuota
from core.access.body_sender import body_sender
from core.api.files.incoming_folder import received_there
from core.api.http.app import application as api
from core.contract.tasks import API_PREFIXES
from core.models.offload import offload
from core.server.body_limit import BodyLimit
from core.server.limits import Receive, Scope, Send, body_caps
from core.server.proxies import TrustedProxies
from core.server.request_check import RequestCheck
from playground.urls import websocket_urlpatterns


async def reject(scope: Scope, receive: Receive, send: Send) -> None:
    """Reject a websocket at an address that has none."""
    await send({"type": "websocket.close"})


sockets = URLRouter([*websocket_urlpatterns, re_path("", reject)])

API_PATHS = ("/api/", *(f"{prefix}/" for prefix in API_PREFIXES))
API_ROOTS = frozenset({"/api", *API_PREFIXES, "/healthz", "/readyz", "/metrics"})


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    """Call the application that a scope is for."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    if not background.started():
        await background.start()
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["path"].startswith(API_PATHS) or scope["path"] in API_ROOTS:
        await api(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and drain with servers that implement lifespan (uvicorn does, Daphne does not)."""
    await receive()
    if refused := await offload(checks.refusals):
        await send({"type": "lifespan.startup.failed", "message": "\n".join(map(str, refused))})
        return
    with received_there():
        await background.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await background.drain(settings.DRAIN_SECONDS)
    await send({"type": "lifespan.shutdown.complete"})


def free_bytes() -> int:
    """Of the disk that bodies are received on."""
    return shutil.disk_usage(tempfile.gettempdir()).free


body_quota = BodyQuota(settings.INCOMING_MB * MIB, settings.INCOMING_MB_PER_CALLER * MIB, free_bytes)

# `core.server.server` applies the same before a body is read; here it holds on any server
limited = BodyLimit(dispatch, body_caps(settings.MAX_UPLOAD_MB), body_sender, body_quota)
application = TrustedProxies(RequestCheck(limited), settings.TRUSTED_PROXIES)

# modules are never freed: scanning them every few hundred allocations took a sixth of a request
gc.collect()
gc.freeze()
gc.set_threshold(5000)
