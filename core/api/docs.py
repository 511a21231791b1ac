"""`/api/docs`: the OpenAPI document as a page, with samples that can be copied and run."""

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

from core.api.openapi import document
from core.api.routes import OPERATIONS, Operation

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SAMPLE_BODIES: Mapping[str, dict[str, Any]] = {
    "/chat/completions": {
        "model": "local/inspector",
        "messages": [{"role": "user", "content": "Hello from Polyphony."}],
    },
    "/responses": {"model": "local/inspector", "input": "Hello from Polyphony."},
    "/audio/speech": {"model": "local/espeak-ng", "input": "Hello from Polyphony."},
    "/audio/transcriptions": {"model": "local/pocketsphinx"},
    "/audio/translations": {"model": "openai/whisper-large-v3"},
}
SAMPLE_FILE = "hello.mp3"
SAMPLE_PATHS = {"{author}/{slug}": "local/espeak-ng", "{id}": "local/espeak-ng"}
SAMPLE_QUERIES = {"/generation": "id=$GENERATION_ID", "/audio/voices": "model=local/espeak-ng"}
FILES = {"/audio/speech": SAMPLE_FILE}
FILE_WORDS = 'The sound, in a form; in JSON `input_audio` as `{"data": base64, "format": "mp3"}`.'


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
    """The visitor's choice in the pages' cookie, else the first language of theirs that we have."""
    chosen = request.cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    wanted = parse_accept_lang_header(request.headers.get("accept-language", ""))
    for code in (chosen, *(code for code, _ in wanted)):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def groups(base: str) -> list[dict[str, Any]]:
    """Operations by tag, in the order of the table."""
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
        "media": operation.media,
        "fields": parameters(operation),
        "curl": curl(operation, base),
    }


def parameters(operation: Operation) -> list[dict[str, Any]]:
    asked = [row(query.name, query.schema["type"], query.required, query.words) for query in operation.query]
    sent = [row("file", "file", True, FILE_WORDS)] if operation.file else []
    return [*asked, *sent, *(fields(operation.body.__name__) if operation.body else ())]


def row(name: str, form: str, required: bool, words: str) -> dict[str, Any]:
    return {"name": name, "type": form, "required": required, "words": coded(words)}


def fields(schema: str) -> list[dict[str, Any]]:
    """The body's fields as rows of the table."""
    schemas = document()["components"]["schemas"]
    required = schemas[schema].get("required", ())
    return [
        row(name, kind(spec, schemas), name in required, spec.get("description", ""))
        for name, spec in schemas[schema]["properties"].items()
    ]


def coded(words: str) -> SafeString:
    """Escaped text with what stands between backquotes as code."""
    parts = [
        format_html("<code>{}</code>", part) if place % 2 else part
        for place, part in enumerate(words.split("`"))
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


def kind(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema in a few words: `string`, `number, 0.25 to 4`, `mp3 | opus`."""
    if "$ref" in spec:
        return kind(schemas[spec["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in spec:
        return " | ".join(kind(part, schemas) for part in spec["anyOf"] if part.get("type") != "null")
    if "enum" in spec:
        return " | ".join(spec["enum"])
    if "minimum" in spec:
        return f"{spec['type']}, {spec['minimum']:g} to {spec['maximum']:g}"
    return str(spec.get("type", "object"))


def curl(operation: Operation, base: str) -> str:
    """A command that works as it is once POLYPHONY_API_KEY is set."""
    path = operation.path
    for pattern, value in SAMPLE_PATHS.items():
        path = path.replace(pattern, value)
    query = SAMPLE_QUERIES.get(path)
    lines = [
        f'curl "{base}{path}{"?" + query if query else ""}"',
        '-H "Authorization: Bearer $POLYPHONY_API_KEY"',
    ]
    if operation.file:
        lines.append(f"-F file=@{SAMPLE_FILE}")
        lines += [f"-F {name}={value}" for name, value in SAMPLE_BODIES[operation.path].items()]
    elif operation.body:
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d {shlex.quote(json.dumps(SAMPLE_BODIES[operation.path]))}")
    if operation.path in FILES:
        lines.append(f"--output {FILES[operation.path]}")
    return " \\\n  ".join(lines)
