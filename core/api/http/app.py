"""The application: the route table under its three prefixes, beside probes, counters and the docs page."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from core.api import health
from core.api.docs import docs
from core.api.http.json_response import failure, refuse
from core.api.http.middleware import Application, Entry, Receive, Scope, Send
from core.api.openapi import openapi
from core.api.responses import unkept
from core.api.routes import OPERATIONS, Endpoint, counted
from core.contract.errors import InvalidRequest, MethodNotAllowed, NotFound, PolyphonyError

PREFIXES = ("/api/v1", "/v1", "/v3/router")


class Straight:
    """Finds an operation whose address is fixed by one look, not by a walk past every layer and pattern of
    `app`, which is asked for everything else."""

    def __init__(self, app: Application, addresses: Mapping[tuple[str, str], Application]) -> None:
        self.app = app
        self.addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.addresses.get((scope["method"], scope["path"]), self.app)
        await app(scope, receive, send)


def addresses() -> dict[tuple[str, str], Application]:
    return {
        (operation.method, prefix + operation.path): Entry(answering(counted(operation)))
        for operation in OPERATIONS
        for prefix in PREFIXES
        if not operation.pattern
    }


def answering(endpoint: Endpoint) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = await endpoint(Request(scope, receive, send))
        await answer(scope, receive, send)

    return app


async def translate(request: Request, error: Exception) -> Response:
    """Starlette's own refusals in our envelope."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        found = MethodNotAllowed(f"This address takes {allow}.", metadata={"allow": allow})
        return failure(found)
    if error.status_code == 404:
        return failure(NotFound("There is nothing at this address."))
    return failure(InvalidRequest("The request could not be read."))


def build() -> Application:
    """One router, mounted three times; nothing redirects and no trailing slash is forgiven."""
    routes: list[BaseRoute] = [operation.route() for operation in OPERATIONS]
    routes.append(Route("/openapi.json", openapi, methods=["GET"]))
    routes.append(Route("/responses/{rest:path}", unkept, methods=["GET", "POST", "DELETE"]))
    shared = Router(routes, redirect_slashes=False)
    app = Starlette(
        routes=[
            *(Mount(prefix, app=shared) for prefix in PREFIXES),
            Route("/api/docs", docs, methods=["GET"]),
            Route("/healthz", health.alive, methods=["GET"]),
            Route("/readyz", health.ready, methods=["GET"]),
            Route("/metrics", health.metrics, methods=["GET"]),
        ],
        middleware=[Middleware(Entry)],
        exception_handlers={PolyphonyError: refuse, HTTPException: translate},
    )
    app.router.redirect_slashes = False
    return Straight(app, addresses())


application = build()
