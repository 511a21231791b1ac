"""What is sent to OpenAI, Azure and OpenRouter is what their published documents describe."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from core.contract.image import ImageFormat
from core.contract.tasks import Task
from tests.core.providers.promises.fake import answering, ask, serve, target
from tests.core.providers.promises.faults import good
from tests.core.providers.promises.vendors import CASES
from tests.fakes.provider import Seen
from tests.sdk.test_specs import document

pytestmark = pytest.mark.anyio

DOCUMENTS = {"openai": "openai", "azure": "openai", "openrouter": "openrouter"}
"""The document by wire. Azure's own is OpenAI's with deployments in the path."""
PUBLISHED = [
    case for case in CASES if case.vendor.wire in DOCUMENTS and not case.call.name.startswith("groq")
]
PATHS = {
    Task.SPEECH: "/audio/speech",
    Task.TRANSCRIPTION: "/audio/transcriptions",
    Task.TRANSLATION: "/audio/translations",
    Task.CHAT: "/chat/completions",
    Task.IMAGE: "/images",
    Task.EMBEDDING: "/embeddings",
}
IMAGE_PATHS = ("/images/generations", "/images/edits", "/images/variations", "/chat/completions")
"""Those of OpenAI, and that of models that draw in chats."""
PLAIN = {"boolean", "integer", "number"}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
MORE: dict[Task, dict[str, Any]] = {
    Task.SPEECH: {"instructions": "Calmly.", "speed": 1.5},
    Task.TRANSCRIPTION: {"language": "en", "prompt": "Fox.", "temperature": 0.5},
    Task.TRANSLATION: {"prompt": "Fox.", "temperature": 0.5},
    Task.IMAGE: {
        "size": "1024x1024",
        "quality": "high",
        "background": "opaque",
        "format": ImageFormat.WEBP,
        "compression": 80,
        "moderation": "low",
        "fidelity": "high",
        "user": "u-1",
    },
    Task.EMBEDDING: {"dimensions": 8, "user": "u-1"},
    Task.CHAT: {"parameters": {"temperature": 0.5, "tools": [TOOL], "max_completion_tokens": 9}},
}
"""Further fields of a request by task."""


def schema(data: Path, wire: str, path: str, media_type: str) -> dict[str, Any]:
    published = document(data / "specs" / f"{DOCUMENTS[wire]}.yaml")
    asked = published["paths"][path]["post"]["requestBody"]["content"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **asked[media_type]["schema"],
        "components": published["components"],
    }


def types(properties: dict[str, Any], name: str) -> set[str]:
    found = properties.get(name, {})
    kinds = [found, *found.get("anyOf", ())]
    return {str(kind.get("type")) for kind in kinds}


def form(seen: Seen, properties: dict[str, Any]) -> dict[str, Any]:
    """A form as an object: `name[]` is a list, and plain values have the types of the document."""
    found: dict[str, Any] = {}
    lists: dict[str, list[str]] = defaultdict(list)
    for name, value in seen.form:
        if name.endswith("[]"):
            lists[name].append(value)
        else:
            found[name] = json.loads(value) if types(properties, name) & PLAIN else value
    named = {name if name in properties else name.removesuffix("[]"): value for name, value in lists.items()}
    return {**found, **named, **files(seen)}


def files(seen: Seen) -> dict[str, Any]:
    """The files of a form; one with `[]` is one of a list."""
    found: dict[str, Any] = {}
    for name, file, _ in seen.parts:
        if file:
            whole = name.removesuffix("[]")
            found[whole] = "bytes" if name == whole else [*found.get(whole, []), "bytes"]
    return found


def path_of(seen: Seen, task: Task) -> str:
    """The path in the document."""
    path = seen.path.partition("?")[0]
    return next((known for known in IMAGE_PATHS if path.endswith(known)), PATHS[task])


def resolved(found: dict[str, Any], components: dict[str, Any] | None = None) -> dict[str, Any]:
    name = found.get("$ref", "").rpartition("/")[2]
    return (components or found["components"])["schemas"][name] if name else found


def properties_of(wanted: dict[str, Any]) -> dict[str, Any]:
    components = wanted["components"]
    return {
        name: resolved(found, components) for name, found in resolved(wanted).get("properties", {}).items()
    }


@pytest.mark.parametrize("more", [False, True], ids=["plain", "more"])
@pytest.mark.parametrize("case", PUBLISHED, ids=str)
async def test_a_request_is_what_the_vendor_describes(case, more, data, tmp_path):
    call = case.call
    fields = MORE.get(call.task, {}) if more else {}
    voice = call.voice or ("alloy" if call.task is Task.SPEECH else None)
    changed = replace(call, voice=voice, request=lambda folder: replace(call.request(folder), **fields))
    case = replace(case, call=changed)
    with serve(answering(case, good), tmp_path) as fake:
        await ask(case, target(case, fake), tmp_path)
        (seen,) = fake.requests
    media_type = seen.headers["content-type"].partition(";")[0]
    wanted = schema(data, case.vendor.wire, path_of(seen, call.task), media_type)
    is_json = media_type == "application/json"
    body = seen.json if is_json else form(seen, properties_of(wanted))
    jsonschema_rs.validate(wanted, body)
    if "/images" in seen.path:  # whose endpoints refuse what they do not know
        assert set(body) <= set(properties_of(wanted))
