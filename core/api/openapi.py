"""The OpenAPI 3.1 document, written from the route table and the pydantic shapes."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from core.api.http.json_response import JSON, dumps
from core.api.routes import OPERATIONS, Operation
from core.api.schemas.resources import Error

REFERENCE = "#/components/schemas/{model}"
INPUT_AUDIO = {
    "type": "object",
    "properties": {
        "data": {"type": "string", "contentEncoding": "base64", "minLength": 1},
        "format": {"type": "string", "description": "A hint; the first bytes decide."},
    },
    "required": ["data"],
}
RAW = {"type": "string", "format": "binary"}
EVERYWHERE = (400, 401, 403, 429, 500)
"""Any operation may refuse a malformed request, a key, an address, a rate, or fail."""


async def openapi(request: Request) -> Response:
    return Response(written(), media_type=JSON, headers={"Cache-Control": "no-cache"})


@cache
def written() -> bytes:
    return dumps(document())


@cache
def document() -> dict[str, Any]:
    """The whole document; the same for every mount."""
    names = schema_names()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Polyphony",
            "version": "1",
            "description": "One API for many providers, for the clients of OpenAI and OpenRouter.",
        },
        "servers": [{"url": "/api/v1"}, {"url": "/v1"}, {"url": "/v3/router"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": names,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "ak_…"}},
        },
    }


def schema_names() -> dict[str, Any]:
    shapes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Error, "serialization")]
    shapes += [(operation.body, "validation") for operation in OPERATIONS if operation.body]
    shapes += [(operation.answer, "serialization") for operation in OPERATIONS if operation.answer]
    _, top = models_json_schema(shapes, ref_template=REFERENCE)
    return dict(top["$defs"])


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*path_parameters(operation), *query_parameters(operation)],
        "responses": responses(operation),
    }
    if operation.body:
        found["requestBody"] = {"required": True, "content": bodies(operation.body, operation.file)}
    return found


def bodies(body: type[BaseModel], file: bool) -> dict[str, Any]:
    """The encodings of a body: JSON, and a form where it has a file."""
    fields = reference(body)
    if not file:
        return {"application/json": {"schema": fields}}
    return {
        "multipart/form-data": {"schema": beside(fields, "file", {"type": "string", "format": "binary"})},
        "application/json": {"schema": beside(fields, "input_audio", INPUT_AUDIO)},
    }


def beside(fields: dict[str, str], name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"allOf": [fields, {"type": "object", "properties": {name: schema}, "required": [name]}]}


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
            "description": query.words,
            "schema": query.schema,
        }
        for query in operation.query
    ]


def responses(operation: Operation) -> dict[str, Any]:
    schema = reference(operation.answer) if operation.answer else RAW
    content = {kind: {"schema": schema if is_json(kind) else RAW} for kind in operation.media}
    good = {"description": "OK", "content": content}
    refusals = sorted({*EVERYWHERE, *operation.refusals})
    error = {"application/json": {"schema": reference(Error)}}
    bad = {str(code): {"description": HTTPStatus(code).phrase, "content": error} for code in refusals}
    return {"200": good, **bad}


def is_json(kind: str) -> bool:
    return kind == "application/json"


def reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
