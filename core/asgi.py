"""Assembly: the API beside Django, both beside the socket; background work starts with the first scope."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

from channels.routing import URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

pages = get_asgi_application()

# the registry must be ready before anything below touches a model
from core import background
from core.api.http.app import application as api
from core.server.limits import BodyLimit, Receive, Scope, Send, TrustedProxies, body_caps
from playground.urls import websocket_urlpatterns

sockets = URLRouter(websocket_urlpatterns)

API_PATHS = ("/api/", "/v1/", "/v3/router/")
API_ROOTS = frozenset({"/api", "/v1", "/v3/router", "/healthz", "/readyz", "/metrics"})


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each scope to the part that answers it."""
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
    """Where the server speaks lifespan (uvicorn does, Daphne does not), it starts and drains us."""
    await receive()
    await background.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await background.drain(settings.DRAIN_SECONDS)
    await send({"type": "lifespan.shutdown.complete"})


# `core.server.server` sets the same limits before a body is read; here they hold on any server
application = TrustedProxies(BodyLimit(dispatch, body_caps(settings.MAX_UPLOAD_MB)), settings.TRUSTED_PROXIES)

# what is loaded by now stays: looking through it every few hundred objects was a sixth of a request
gc.collect()
gc.freeze()
gc.set_threshold(5000)
