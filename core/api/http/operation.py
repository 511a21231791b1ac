"""One row of the route table: an operation of the API, for the router, the OpenAPI document and the docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from core.api.http.idempotency import answer_once, has_key
from core.bodies.validation import Body

Handler = Callable[[Request], Awaitable[Any]]
"""Its result is an ASGI application that sends the response."""


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """`schema` is its JSON schema."""

    name: str
    description: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class RequestSample:
    """What the docs page sends as an example: fields of the body, or a query string.

    `output` is the file in which curl saves a response that is not text.
    """

    body: Mapping[str, Any] | None = None
    query: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is what people read; `pattern` is what the router matches, where a name may contain a slash.

    `file` says that the body has one beside its fields: in a form, or in base64 as `input_audio`. `response`
    is None where the response is audio; `errors` are statuses beside those of every operation.
    """

    method: str
    path: str
    handler: Handler
    tag: str
    summary: str
    response: type[BaseModel] | None = None
    body: type[Body] | None = None
    media_types: tuple[str, ...] = ("application/json",)
    query: tuple[QueryParameter, ...] = ()
    errors: tuple[int, ...] = ()
    pattern: str = ""
    file: bool = False
    sample: RequestSample = RequestSample()

    def route(self) -> Route:
        return Route(self.pattern or self.path, counted(self), methods=[self.method])

    @property
    def name(self) -> str:
        """The operation id."""
        return self.handler.__name__


def counted(operation: Operation) -> Handler:
    """The operation's handler; it also sets the route under which the metrics count the request, and honours
    an `Idempotency-Key`."""

    async def handler(request: Request) -> Any:
        request.scope["polyphony.route"] = operation.path
        if operation.body and has_key(request.scope):
            return await answer_once(operation.handler, request, operation.path)
        return await operation.handler(request)

    return handler
