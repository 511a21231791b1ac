"""Reads the seed files: JSON documents, one per provider, into rows by their natural keys.

A document is {"provider": {"slug", `PROVIDER_FIELDS`, "enabled"?}, "models": [model, …], "voice_aliases"?}.
A model is {"slug", "endpoint": {"upstream_id", "formats"?, "options"?, "prices"}}; the document that
describes it also has `MODEL_FIELDS` ("licences" may be absent), "speed"? ([slowest, fastest]) and "voices"?
({"id", `VOICE_FIELDS`}). Voice aliases, {"name", "gender"}, are names that clients send to whichever model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DIRECT, RESOLD = 10, 20
"""Priorities of endpoints at the provider that describes the model, and at others."""

Values = dict[str, Any]
"""Columns of a row by their names."""

PROVIDER_FIELDS = ("name", "wire", "base_url", "environment", "needs_key", "website", "key_help", "options")
MODEL_FIELDS = (
    "name",
    "author",
    "description",
    "tasks",
    "input_modalities",
    "output_modalities",
    "features",
    "formats",
    "limits",
    "languages",
    "examples",
    "licences",
    "context_length",
    "max_output",
    "released_at",
    "deprecated_at",
    "shutdown_at",
    "replacement",
)
VOICE_FIELDS = ("name", "language", "gender", "description")
ALIAS_FIELDS = ("gender",)


@dataclass(slots=True)
class SeedData:
    """Rows by natural key: slug; (model, provider) for endpoints and prices; (model, voice id) for voices.

    That of a voice alias is its name.
    """

    providers: dict[str, Values] = field(default_factory=dict)
    switched_off: set[str] = field(default_factory=set)
    models: dict[str, Values] = field(default_factory=dict)
    endpoints: dict[tuple[str, str], Values] = field(default_factory=dict)
    prices: dict[tuple[str, str], list[Values]] = field(default_factory=dict)
    voices: dict[tuple[str, str], Values] = field(default_factory=dict)
    voice_aliases: dict[str, Values] = field(default_factory=dict)


def files(folder: Path = FOLDER) -> list[Path]:
    return sorted(folder.glob("*.json"))


def digest(folder: Path = FOLDER) -> str:
    """SHA-256 of the seed's files and of the fields that this version reads from them."""
    sha = hashlib.sha256(repr((PROVIDER_FIELDS, MODEL_FIELDS, VOICE_FIELDS, ALIAS_FIELDS)).encode())
    for path in files(folder):
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def read(folder: Path = FOLDER) -> SeedData:
    """Every document of `folder`. Raises KeyError or ValueError when one is malformed."""
    data = SeedData()
    for path in files(folder):
        document = json.loads(path.read_text("utf-8"))
        provider = document["provider"]
        row = {"options": {}, **provider}
        data.providers[provider["slug"]] = {name: row[name] for name in PROVIDER_FIELDS}
        if not provider.get("enabled", True):
            data.switched_off.add(provider["slug"])
        for alias in document.get("voice_aliases", ()):
            data.voice_aliases[alias["name"]] = {name: alias[name] for name in ALIAS_FIELDS}
        for entry in document["models"]:
            add_entry(data, provider["slug"], entry)
    return data


def add_entry(data: SeedData, provider: str, entry: Mapping[str, Any]) -> None:
    slug, endpoint = entry["slug"], entry["endpoint"]
    defined_here = "tasks" in entry
    if defined_here:
        slowest, fastest = entry.get("speed") or (None, None)
        row = {"licences": {}, **entry}
        data.models[slug] = {name: row[name] for name in MODEL_FIELDS}
        data.models[slug].update(speed_min=slowest, speed_max=fastest)
        for position, voice in enumerate(entry.get("voices", [])):
            columns = {name: voice[name] for name in VOICE_FIELDS}
            data.voices[slug, voice["id"]] = {**columns, "position": position}
    data.endpoints[slug, provider] = {
        "upstream_id": endpoint["upstream_id"],
        "formats": endpoint.get("formats", []),
        "priority": DIRECT if defined_here else RESOLD,
        "options": endpoint.get("options", {}),
    }
    data.prices[slug, provider] = list(endpoint["prices"])
