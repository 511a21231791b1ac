"""A live server, a key of Alice's, and a model that a provider on loopback speaks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.fixtures import other_provider as other_provider
from tests.fakes.fixtures import provider as provider
from tests.live import live as live


@pytest.fixture
def alice(transactional_db, alice):
    return alice


@pytest.fixture
def key(alice) -> str:
    from core.access import keys  # noqa: PLC0415 - the registry is not ready at import time

    return keys.issue(alice, name="laptop")[0]


@pytest.fixture
def lab(transactional_db, provider):
    return make_provider("lab", provider.url)


@pytest.fixture
def model(lab):
    """`lab/alto`: two voices, every format, a price per character; the provider's `ok` scenario."""
    return make_model(lab, "lab/alto")


def make_provider(slug: str, url: str):
    from core.models import Provider  # noqa: PLC0415 - as above

    return Provider.objects.create(
        slug=slug, name=slug.title(), wire="openai", base_url=url, internal=True, needs_key=False
    )


def make_model(lab, slug: str, upstream: str = "ok", price: str | None = "0.00001", **fields):
    """A model of one endpoint; `upstream` names the scenario its provider plays."""
    from core.models import AIModel, Endpoint, Price, Voice  # noqa: PLC0415 - as above

    defaults = {
        "name": slug.title(),
        "author": "Lab",
        "description": "A voice for tests.",
        "tasks": ["speech"],
        "input_modalities": ["text"],
        "output_modalities": ["speech"],
        "features": ["instructions", "speed"],
        "formats": ["mp3", "opus", "aac", "flac", "wav", "pcm"],
        "limits": {"characters": 1000},
        "speed_min": 0.5,
        "speed_max": 2.0,
    }
    model = AIModel.objects.create(slug=slug, **{**defaults, **fields})
    for position, name in enumerate(("Ada", "Ben")):
        Voice.objects.create(model=model, voice_id=name.lower(), name=name, position=position)
    endpoint = Endpoint.objects.create(model=model, provider=lab, upstream_id=upstream)
    if price is not None:
        Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=Decimal(price))
    return model
