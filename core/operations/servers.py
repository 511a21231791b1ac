"""Finds model servers on this machine: loopback only, on a few ports, 0.3 seconds each.

A server counts when it has OpenAI's list of models at `/v1/models` (see `model_list.ModelRow`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from core.contract.errors import InvalidRequest, UpstreamDenied, UpstreamError
from core.models import AuditEvent, Provider
from core.models.catalogue.providers import SLUG
from core.providers.shared import http

PORTS = (11434, 8080, 8000, 1234, 3000)
HOST = "127.0.0.1"
LIMITS = http.CallLimits(total=0.3, idle=0.3, size=http.MIB)
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "polyphony-probe"}


@dataclass(frozen=True, slots=True)
class DetectedServer:
    """A server that answered; `models` are the ids it lists, None where it needs a key for that."""

    kind: str
    port: int
    models: tuple[str, ...] | None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"


async def detect_servers(ports: Iterable[int] = PORTS) -> list[DetectedServer]:
    """Probe `ports` of this machine in parallel, except the one we serve; takes at most about a second."""
    found = await asyncio.gather(*(probe_port(port) for port in ports if port != settings.PORT))
    return [server for server in found if server is not None]


async def probe_port(port: int) -> DetectedServer | None:
    """The model server at `port`; None for nothing, for something else, and for another Polyphony."""
    rows: list[Any] | None = None
    try:
        rows = rows_of(await fetch_json(port, "/v1/models"))
        if rows is None:
            return None
    except UpstreamDenied:
        pass  # a server that needs a key
    except UpstreamError:
        return None
    values = await asyncio.gather(*(fetch_or_empty(port, path) for path, _, _ in SIGNATURES))
    kind = next(
        (name for value, (_, name, fits) in zip(values, SIGNATURES, strict=True) if fits(value, rows)), ""
    )
    if kind == OWN_NAME:
        return None
    return DetectedServer(kind or "OpenAI-compatible", port, None if rows is None else ids(rows))


def owned_by(rows: list[Any] | None, owner: str) -> bool:
    return any(isinstance(row, Mapping) and row.get("owned_by") == owner for row in rows or ())


OWN_NAME = "Polyphony"
SignatureTest = Callable[[Mapping[str, Any], list[Any] | None], bool]
SIGNATURES: tuple[tuple[str, str, SignatureTest], ...] = (
    ("/v1/openapi.json", OWN_NAME, lambda value, _: api_title(value) == OWN_NAME),
    ("/openapi.json", "speaches", lambda value, _: "speaches" in api_title(value).lower()),
    ("/version", "vLLM", lambda value, rows: "version" in value and owned_by(rows, "vllm")),
    ("/info", "TGI", lambda value, _: value.get("router") == "text-generation-router"),
    ("/system", "LocalAI", lambda value, _: "loaded_models" in value),
    ("/api/version", "Ollama", lambda value, _: "version" in value),
    ("/props", "llama.cpp", lambda value, _: not value.keys().isdisjoint(("modalities", "chat_template"))),
    ("/api/v0/models", "LM Studio", lambda value, _: bool(rows_of(value))),
    ("/v1/audio/models", "speaches", lambda value, _: "models" in value or bool(rows_of(value))),
)
"""Path, name of the server, and a test of the JSON at the path and of the rows; the first match wins."""


def api_title(value: Mapping[str, Any]) -> str:
    info = value.get("info")
    return str(info.get("title", "")) if isinstance(info, Mapping) else ""


def rows_of(value: Mapping[str, Any]) -> list[Any] | None:
    """The rows of OpenAI's list of models, unchecked; None where it is no such list."""
    rows = value.get("data")
    return rows if isinstance(rows, list) else None


def ids(rows: list[Any]) -> tuple[str, ...]:
    return tuple(row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str))


async def fetch_or_empty(port: int, path: str) -> Mapping[str, Any]:
    """The JSON object at `path`, empty where there is none."""
    try:
        return await fetch_json(port, path)
    except UpstreamError:
        return {}


async def fetch_json(port: int, path: str) -> Mapping[str, Any]:
    call = http.Call("GET", f"http://{HOST}:{port}{path}", HEADERS, limits=LIMITS)
    async with await http.send(call) as response:
        body = await response.body()
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


@transaction.atomic
def add_server(server: DetectedServer, name: str) -> Provider:
    """Create a provider for a detected server. Raises `InvalidRequest` for an invalid or used name."""
    slug = name.lower().replace(" ", "-")
    if SLUG.regex.fullmatch(slug) is None:
        raise InvalidRequest(f"{name} cannot name a provider: letters, digits, dots and dashes.")
    if Provider.objects.filter(slug=slug).exists():
        raise InvalidRequest(f"There is a provider {slug} already.")
    provider = Provider.objects.create(
        slug=slug,
        name=name,
        wire="openai",
        base_url=server.url,
        internal=True,
        needs_key=server.models is None,
    )
    AuditEvent.objects.create(action="provider.detected", subject=slug, detail={"url": server.url})
    return provider
