"""Models that the catalogue does not know, at providers where an admin lets them through: `PROVIDER/ID`.

Each is taken for a model that does the task it is asked for, has no price, and is not listed. What it can do
is not known here: the provider refuses what it cannot.
"""

from __future__ import annotations

from datetime import UTC, datetime

from core.catalogue.entries import EndpointEntry, ModelEntry, ProviderEntry
from core.catalogue.snapshot import CatalogueSnapshot, available_audio_formats, current
from core.catalogue.speech_formats import SPEECH_FORMATS
from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.models.catalogue.models import MODEL_SLUG

EMBEDDED = "local"
"""The wire of the models that run in this program: all of them are known."""

LONGEST = 160
ALL_FORMATS = tuple(form.value for form in AudioFormat)
SPEECH_FEATURES = frozenset({"instructions", "speed"})
SPEEDS = (0.25, 4.0)
"""What speech requests of OpenAI's API may have."""


def find_unknown(slug: str, task: Task, snapshot: CatalogueSnapshot | None = None) -> ModelEntry | None:
    """The model to do `task` with at the provider that `slug` begins with; None where that lets none
    through, where the rest is no id, or where it is the id of a model that the catalogue has."""
    snapshot = snapshot or current()
    prefix, _, id = slug.partition("/")
    provider = snapshot.providers.get(prefix)
    if provider is None or not lets_through(provider) or not is_name(slug):
        return None
    return None if is_known(id, provider, snapshot) else unknown_model(slug, id, provider, task)


def lets_through(provider: ProviderEntry) -> bool:
    return provider.unknown_models and provider.enabled and provider.wire != EMBEDDED


def is_name(slug: str) -> bool:
    """Whether an id is behind the provider's name, without dots that some server takes for another path."""
    steps = slug.split("/")
    fits = len(slug) <= LONGEST and MODEL_SLUG.regex.fullmatch(slug) is not None
    return fits and len(steps) > 1 and not any(step.strip(".") == "" for step in steps)


def is_known(id: str, provider: ProviderEntry, snapshot: CatalogueSnapshot) -> bool:
    """Whether a model of the catalogue has this id at the provider: its price, its limits, and whether it is
    switched off, are not got round by its id."""
    return any(
        endpoint.provider.id == provider.id and bare(endpoint.upstream_id) == bare(id)
        for model in snapshot.models.values()
        for endpoint in model.endpoints
    )


def bare(id: str) -> str:
    """An id as it is compared; Google's may begin with `models/`."""
    return id.casefold().removeprefix("models/")


def unknown_model(slug: str, id: str, provider: ProviderEntry, task: Task) -> ModelEntry:
    speaks = task is Task.SPEECH
    formats = SPEECH_FORMATS.get(provider.wire, ALL_FORMATS) if speaks else ()
    endpoint = EndpointEntry(
        id=0,
        provider=provider,
        upstream_id=id,
        formats=available_audio_formats(provider, formats),
        tasks=(task,),
        priority=0,
        weight=1,
        enabled=True,
        options={},
        prices=(),
    )
    return ModelEntry(
        id=0,
        slug=slug,
        name=slug,
        author=provider.name,
        description="",
        tasks=(task,),
        input_modalities=(),
        output_modalities=(),
        features=SPEECH_FEATURES if speaks else frozenset(),
        formats=(),
        limits={},
        languages=(),
        examples={},
        licences={},
        speed=SPEEDS if speaks else None,
        context_length=None,
        max_output=None,
        enabled=True,
        released_at=None,
        deprecated_at=None,
        shutdown_at=None,
        replacement="",
        use_replacement=False,
        created_at=datetime.now(UTC),
        endpoints=(endpoint,),
        all_voices=(),
        voices_by_name={},
        voice_aliases=(),
    )
