"""The Starlette application: the route table under its three prefixes, probes, metrics and the docs page."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from core.api import health
from core.api.documentation.docs import docs
from core.api.documentation.openapi import openapi
from core.api.http.json_response import error_response, handle_polyphony_error
from core.api.http.middleware import APIMiddleware, Application, Receive, Scope, Send
from core.api.http.operation import Handler, counted
from core.api.responses import other_operation
from core.api.routes import OPERATIONS
from core.contract.errors import InvalidRequest, MethodNotAllowed, NotFound, PolyphonyError
from core.contract.tasks import API_PREFIXES

COMPRESSED = [Middleware(GZipMiddleware, compresslevel=6)]
"""For what a browser reads; answers to programs leave as they are, streams the moment they come."""


class FixedPaths:
    """Dispatches operations without path parameters by one look-up of method and path.

    All other requests go to `app`, which tries its patterns one after the other.
    """

    def __init__(self, app: Application, endpoints: Mapping[tuple[str, str], Application]) -> None:
        self.app = app
        self.endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.endpoints.get((scope["method"], scope["path"]), self.app)
        await app(scope, receive, send)


def fixed_paths() -> dict[tuple[str, str], Application]:
    return {
        (operation.method, prefix + operation.path): APIMiddleware(asgi_endpoint(counted(operation)))
        for operation in OPERATIONS
        for prefix in API_PREFIXES
        if not operation.pattern
    }


def asgi_endpoint(handler: Handler) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await handler(Request(scope, receive, send))
        await response(scope, receive, send)

    return app


async def handle_starlette_error(request: Request, error: Exception) -> Response:
    """Starlette's own errors (404, 405) in the error envelope of the API."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        found = MethodNotAllowed(f"This address takes {allow}.", metadata={"allow": allow})
        return error_response(found)
    if error.status_code == 404:
        return error_response(NotFound("There is nothing at this address."))
    return error_response(InvalidRequest("The request could not be read."))


def build() -> Application:
    """One router, mounted at each prefix, without redirects: a path with a trailing slash is a 404, except
    that of the models, which some clients ask for."""
    listing = next(operation for operation in OPERATIONS if operation.path == "/models")
    routes: list[BaseRoute] = [Route("/models/", counted(listing), methods=["GET"])]
    routes += [operation.route() for operation in OPERATIONS]
    routes.append(Route("/openapi.json", openapi, methods=["GET"], middleware=COMPRESSED))
    routes.append(Route("/responses/{rest:path}", other_operation, methods=["GET", "POST", "DELETE"]))
    shared = Router(routes, redirect_slashes=False)
    app = Starlette(
        routes=[
            *(Mount(prefix, app=shared) for prefix in API_PREFIXES),
            Route("/api/docs", docs, methods=["GET"], middleware=COMPRESSED),
            Route("/healthz", health.alive, methods=["GET"]),
            Route("/readyz", health.ready, methods=["GET"]),
            Route("/metrics", health.metrics, methods=["GET"]),
        ],
        middleware=[Middleware(APIMiddleware)],
        exception_handlers={PolyphonyError: handle_polyphony_error, HTTPException: handle_starlette_error},
    )
    app.router.redirect_slashes = False
    return FixedPaths(app, fixed_paths())


application = build()
