"""The snapshot's values: frozen, complete, without a connection to the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.route import Secret
from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import FACTS, Task
from core.contract.usage import Price
from core.media.installed import install_command, is_offered


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider; `wire` names its adapter, `environment` the prefix of its environment variables.

    `keys` are its active stored keys, the newest first. `options` are for the adapter; the catalogue itself
    reads `urls` (modalities whose files it fetches by https) and `streamed_formats` (audio formats that it
    can stream in a chat response). The address of an `internal` provider may be private.
    `unknown_models`: it is asked for models that the catalogue does not know.
    """

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
    keys: tuple[Secret, ...] = ()
    internal: bool = False
    unknown_models: bool = False


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """One model at one provider: the audio formats it makes, and which of the model's tasks it does.

    `options` as those of the provider, which they override. `requests_per_minute` and `parallel_requests` are
    what it may get from all callers together, None where it has no such ceiling.
    """

    id: int
    provider: ProviderEntry
    upstream_id: str
    formats: tuple[AudioFormat, ...]
    tasks: tuple[Task, ...]
    priority: int
    weight: int
    enabled: bool
    options: Mapping[str, Any]
    prices: tuple[Price, ...]
    requests_per_minute: int | None = None
    parallel_requests: int | None = None

    @property
    def visible(self) -> bool:
        """Whether it is listed: enabled, as its provider; an optional local model only where it is here."""
        if self.provider.wire == "local" and not is_offered(self.upstream_id):
            return False
        return self.enabled and self.provider.enabled

    @property
    def known_prices(self) -> tuple[Price, ...]:
        """Its prices as they are shown: none where they price the input only of all that it does."""
        priced = {price.name for price in self.prices}
        known = not self.tasks or any(FACTS[task].is_complete(priced) for task in self.tasks)
        return self.prices if known else ()


@dataclass(frozen=True, slots=True)
class VoiceEntry:
    """A voice of a model; `weights` names the files it needs on this computer, "" where none.

    `sample_url`: where its vendor has a recording of it, "" where that is not known.
    """

    id: str
    name: str
    language: str
    gender: str
    description: str
    weights: str = ""
    sample_url: str = ""

    @property
    def install_command(self) -> str | None:
        """What installs its weights, None where it can speak. They may come while the server runs."""
        return install_command(self.weights) if self.weights else None


@dataclass(frozen=True, slots=True)
class VoiceAliasEntry:
    """A name that clients send, and the voice that stands in for it: `voice` or one of the `gender`.

    `name` is case-folded, `*` for any. `place` counts the general aliases of the gender before it.
    A `general` one is of every model.
    """

    name: str
    voice: str
    gender: str
    general: bool
    place: int


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as the world names it; endpoints in the order they are tried.

    `limits` may have `characters` and `instructions` (lengths), `file_mb`, `image_mb`, `request_mb` (MiB),
    `seconds`, `speakers`, `audio_formats` (names) and `languages` (primary codes); what is absent is not
    limited. Those of a model of images say what it takes, and what is absent it does not take: `n`, `images`,
    `mask`, `sizes`, `qualities` and more of `core.models.options.LIMITS`; with none at all nothing is known.
    `examples` are texts by language, a line each, those of edits by `edit-` and the language. `licences` are
    SPDX names by what they are of: `code`, `weights`. `all_voices` and `languages` (BCP 47) are empty where
    nothing is known of them.
    """

    id: int
    slug: str
    name: str
    author: str
    description: str
    tasks: tuple[Task, ...]
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    features: frozenset[str]
    formats: tuple[str, ...]
    limits: Mapping[str, Any]
    languages: tuple[str, ...]
    examples: Mapping[str, str]
    licences: Mapping[str, str]
    speed: tuple[float, float] | None
    context_length: int | None
    max_output: int | None
    enabled: bool
    released_at: date | None
    deprecated_at: date | None
    shutdown_at: date | None
    replacement: str
    use_replacement: bool
    created_at: datetime
    endpoints: tuple[EndpointEntry, ...]
    all_voices: tuple[VoiceEntry, ...]
    """Those that are not installed too."""
    voices_by_name: Mapping[str, VoiceEntry]
    """All by case-folded id and by case-folded name."""
    voice_aliases: tuple[VoiceAliasEntry, ...]
    """The model's own first, then its providers', then the general ones; `*` last of each."""
    policy: RoutingRules = NO_RULES
    """How an admin wants it asked, where the caller says nothing else."""
    cache_seconds: int | None = None
    """Answers of the API are cached for so long, where the caller says nothing else; None: they are not."""

    @property
    def visible(self) -> bool:
        """Whether it is listed and can be asked for: enabled, and at one provider at least."""
        return self.enabled and any(endpoint.visible for endpoint in self.endpoints)

    @property
    def voices(self) -> tuple[VoiceEntry, ...]:
        """Those that are listed and can be asked for."""
        return tuple(voice for voice in self.all_voices if voice.install_command is None)

    @property
    def rank(self) -> tuple[bool, str, str]:
        """The place in lists: the `recommended` ones come first, then by author and name."""
        author, _, name = self.slug.partition("/")
        return "recommended" not in self.features, author, name

    def retired(self, today: date | None = None) -> bool:
        return self.shutdown_at is not None and self.shutdown_at <= (today or datetime.now(UTC).date())
