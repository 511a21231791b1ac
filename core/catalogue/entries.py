"""The snapshot's values: frozen, complete, and free of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.usage import Price


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """`reveal` decrypts the stored key when called; None when no active key is stored."""

    id: int
    slug: str
    name: str
    wire: str
    base_url: str
    environment: str
    needs_key: bool
    enabled: bool
    website: str
    key_help: str
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    reveal: Callable[[], str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """`formats` are the audio formats it makes; `tasks` what it does of the model's tasks."""

    id: int
    provider: ProviderEntry
    upstream_id: str
    formats: tuple[AudioFormat, ...]
    tasks: tuple[str, ...]
    priority: int
    weight: int
    enabled: bool
    options: Mapping[str, Any]
    prices: tuple[Price, ...]

    @property
    def shown(self) -> bool:
        return self.enabled and self.provider.enabled


@dataclass(frozen=True, slots=True)
class VoiceEntry:
    id: str
    name: str
    language: str
    gender: str
    description: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as the world names it; endpoints in the order they are asked."""

    id: int
    slug: str
    name: str
    author: str
    description: str
    tasks: tuple[str, ...]
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    features: frozenset[str]
    formats: tuple[str, ...]
    limits: Mapping[str, Any]
    languages: tuple[str, ...]
    examples: Mapping[str, str]
    speed: tuple[float, float] | None
    context_length: int | None
    max_output: int | None
    enabled: bool
    released_at: date | None
    deprecated_at: date | None
    shutdown_at: date | None
    replacement: str
    created_at: datetime
    endpoints: tuple[EndpointEntry, ...]
    voices: tuple[VoiceEntry, ...]
    voice_ids: Mapping[str, str]
    """Voice ids by their own and their name's case-folded spelling."""

    @property
    def shown(self) -> bool:
        """Whether people and programs see it at all: switched on here and at one provider at least."""
        return self.enabled and any(endpoint.shown for endpoint in self.endpoints)

    def retired(self, today: date | None = None) -> bool:
        return self.shutdown_at is not None and self.shutdown_at <= (today or datetime.now(UTC).date())
