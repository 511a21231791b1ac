"""The OpenAPI 3.1 document, generated from the route table and the pydantic schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from core.api.http.answer_cache import CACHE_HEADERS
from core.api.http.idempotency import LONGEST_KEY
from core.api.http.json_response import JSON, dumps
from core.api.http.operation import FileFields, Operation
from core.api.routes import OPERATIONS
from core.api.schemas.base import Error
from core.contract.tasks import API_PREFIXES

REFERENCE = "#/components/schemas/{model}"
RAW = {"type": "string", "format": "binary"}
COMMON_ERRORS = (400, 401, 403, 429, 500)
"""Statuses of every operation: malformed request, wrong key, forbidden network, rate limit, failure."""


KEY_ERRORS = (409, 422)
"""Statuses of requests with an Idempotency-Key."""
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "The same key and body within a day get the first answer again, streams too, with "
        "`Idempotent-Replayed: true` and without another charge. A request waits for one that is still "
        "running, up to 30 seconds, then 409 with `Retry-After`. Another body is 422. Refusals, and "
        "failures that cost nothing, are not kept."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}

CACHE_PARAMETERS = [
    {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
    for name, description, schema in CACHE_HEADERS
]


async def openapi(request: Request) -> Response:
    return Response(encoded_document(), media_type=JSON, headers={"Cache-Control": "no-cache"})


@cache
def encoded_document() -> bytes:
    return dumps(document())


@cache
def document() -> dict[str, Any]:
    """The whole document; the same under every prefix."""
    schemas = component_schemas()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation_object(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Polyphony",
            "version": "1",
            "description": "One API for many providers, for the clients of OpenAI and OpenRouter.",
        },
        "servers": [{"url": prefix} for prefix in API_PREFIXES],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "ak_…"}},
        },
    }


def component_schemas() -> dict[str, Any]:
    used: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Error, "serialization")]
    used += [(operation.body, "validation") for operation in OPERATIONS if operation.body]
    used += [(operation.response, "serialization") for operation in OPERATIONS if operation.response]
    _, top = models_json_schema(used, ref_template=REFERENCE)
    return dict(top["$defs"])


def operation_object(operation: Operation) -> dict[str, Any]:
    value: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [
            *path_parameters(operation),
            *query_parameters(operation),
            *([IDEMPOTENCY_KEY, *CACHE_PARAMETERS] if operation.body else ()),
        ],
        "responses": responses(operation),
    }
    if operation.public:
        value["security"] = []
    if operation.body:
        value["requestBody"] = {"required": True, "content": body_content(operation.body, operation.files)}
    return value


def body_content(body: type[BaseModel], files: FileFields | None) -> dict[str, Any]:
    """The schema of a body by content type: JSON, and a form where it has files."""
    fields = reference(body)
    if files is None:
        return {"application/json": {"schema": fields}}
    return {
        "multipart/form-data": {"schema": with_properties(fields, files.form, files.required)},
        "application/json": {"schema": with_properties(fields, files.json, files.required)},
    }


def with_properties(
    fields: dict[str, str], properties: Mapping[str, Any], required: tuple[str, ...]
) -> dict[str, Any]:
    """A schema with further properties; those of them in `required` are."""
    needed = [name for name in properties if name in required]
    if not properties:
        return dict(fields)
    return {"allOf": [fields, {"type": "object", "properties": dict(properties), "required": needed}]}


def path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]


def query_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": query.name,
            "in": "query",
            "required": query.required,
            "description": query.description,
            "schema": query.schema,
        }
        for query in operation.query
    ]


def responses(operation: Operation) -> dict[str, Any]:
    schema = reference(operation.response) if operation.response else RAW
    content = {kind: {"schema": schema if is_json(kind) else RAW} for kind in operation.media_types}
    success = {"description": "OK", "content": content}
    statuses = sorted({*COMMON_ERRORS, *operation.errors, *(KEY_ERRORS if operation.body else ())})
    error = {"application/json": {"schema": reference(Error)}}
    failures = {str(code): {"description": HTTPStatus(code).phrase, "content": error} for code in statuses}
    return {"200": success, **failures}


def is_json(kind: str) -> bool:
    return kind == "application/json"


def reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
