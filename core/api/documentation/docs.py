"""`/api/docs`: the OpenAPI document as a page, with curl commands that can be copied and run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation.trans_real import parse_accept_lang_header
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.api.documentation.openapi import document
from core.api.http.operation import Operation
from core.api.routes import OPERATIONS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SAMPLE_PATHS = {
    "{author}/{slug}": "local/espeak-ng",
    "{id}": "local/espeak-ng",
    "{response_id}": "$RESPONSE_ID",
}


async def docs(request: Request) -> Response:
    base = f"{request.url.scheme}://{request.url.netloc}/api/v1"
    with translation.override(language(request)):
        page = render_to_string(
            "api/docs.html",
            {
                "base": base,
                "language": translation.get_language(),
                "groups": groups(base),
                "errors": document()["components"]["schemas"]["ErrorObject"]["properties"],
            },
        )
    return HTMLResponse(
        page,
        headers={
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language, Cookie",
        },
    )


def language(request: Request) -> str:
    """The language of the pages' cookie, else the first supported one of Accept-Language."""
    chosen = request.cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    wanted = parse_accept_lang_header(request.headers.get("accept-language", ""))
    for code in (chosen, *(code for code, _ in wanted)):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def groups(base: str) -> list[dict[str, Any]]:
    """Operations by tag, in the order of the route table: the template's `groups`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.tag, []).append(section(operation, base))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def section(operation: Operation, base: str) -> dict[str, Any]:
    return {
        "id": operation.name,
        "method": operation.method,
        "path": operation.path,
        "summary": operation.summary,
        "media": operation.media_types,
        "fields": parameters(operation),
        "curl": curl(operation, base),
    }


def parameters(operation: Operation) -> list[dict[str, Any]]:
    query = [
        row(parameter.name, parameter.schema["type"], parameter.required, parameter.description)
        for parameter in operation.query
    ]
    described = operation.files.rows.items() if operation.files else ()
    files = [row(name, "file", True, description) for name, description in described]
    return [*query, *files, *(fields(operation.body.__name__) if operation.body else ())]


def row(name: str, kind: str, required: bool, description: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "required": required, "words": with_code(description)}


def fields(schema: str) -> list[dict[str, Any]]:
    """The body's fields as rows of the table."""
    schemas = document()["components"]["schemas"]
    required = schemas[schema].get("required", ())
    return [
        row(name, type_name(spec, schemas), name in required, spec.get("description", ""))
        for name, spec in schemas[schema]["properties"].items()
    ]


def with_code(text: str) -> SafeString:
    """Escaped text with the parts between backquotes in `<code>`."""
    parts = [
        format_html("<code>{}</code>", part) if number % 2 else part
        for number, part in enumerate(text.split("`"))
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


def type_name(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema in a few words: `string`, `number, 0.25 to 4`, `mp3 | opus`."""
    if "$ref" in spec:
        return type_name(schemas[spec["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in spec:
        return " | ".join(type_name(part, schemas) for part in spec["anyOf"] if part.get("type") != "null")
    if "enum" in spec:
        return " | ".join(spec["enum"])
    if "minimum" in spec:
        return f"{spec['type']}, {spec['minimum']:g} to {spec['maximum']:g}"
    return str(spec.get("type", "object"))


def curl(operation: Operation, base: str) -> str:
    """A command that works without changes once POLYPHONY_API_KEY is set."""
    path = operation.sample.path or operation.path
    for pattern, value in SAMPLE_PATHS.items():
        path = path.replace(pattern, value)
    sample = operation.sample
    lines = [
        f'curl "{base}{path}{"?" + sample.query if sample.query else ""}"',
        *([] if operation.public else ['-H "Authorization: Bearer $POLYPHONY_API_KEY"']),
    ]
    if operation.method == "DELETE":
        lines.append("-X DELETE")
    if operation.files and operation.files.samples:
        lines += [f"-F {name}=@{file}" for name, file in operation.files.samples.items()]
        lines += [f"-F {name}={shlex.quote(str(value))}" for name, value in (sample.body or {}).items()]
    elif operation.body:
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d {shlex.quote(json.dumps(sample.body))}")
    if sample.output:
        lines.append(f"--output {sample.output}")
    return " \\\n  ".join(lines)
