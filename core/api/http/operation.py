"""One row of the route table: an operation of the API, for the router, the OpenAPI document and the docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
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

    `output` is the file in which curl saves a response that is not text; `path` stands for one with names
    in braces.
    """

    body: Mapping[str, Any] | None = None
    query: str = ""
    output: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class FileFields:
    """The files of a body: `form` and `json` are JSON schemas of the fields that they are in, beside those of
    the body, `required` those of them that must be there.

    `rows` describe them on the docs page where the body's own fields do not; `samples` are what curl sends.
    """

    form: Mapping[str, Mapping[str, Any]]
    json: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is what people read; `pattern` is what the router matches, where a name may contain a slash.

    `response` is None where the response is audio or a picture; `errors` are statuses beside those of every
    operation. A `public` one needs no key.
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
    files: FileFields | None = None
    public: bool = False
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
