"""The model that a tab uses for another task: ready, free before paid, pretended last."""

from __future__ import annotations

import pytest

from core import background
from core.catalogue.seed.tables import seed_catalogue
from core.contract.tasks import Task
from core.media import weights
from core.models import AIModel, Endpoint, Price, Provider
from playground.studios.default_models import default_model, ready_models
from tests.fakes.whisper_files import install_empty

pytestmark = pytest.mark.django_db


@pytest.fixture
def speakers(db):
    """Four models for speech, of which one has a provider without its key."""
    here = Provider.objects.create(
        slug="here", name="Here", wire="openai", base_url="http://a.test", needs_key=False
    )
    away = Provider.objects.create(
        slug="away", name="Away", wire="openai", base_url="http://b.test", needs_key=True
    )
    stage = Provider.objects.create(slug="stage", name="Stage", wire="rehearsal", needs_key=False)
    rows = {"a/paid": (here, "0.001"), "b/away": (away, "0"), "c/stage": (stage, "0"), "d/free": (here, "0")}
    for slug, (provider, price) in rows.items():
        model = AIModel.objects.create(slug=slug, name=slug, tasks=["speech"], output_modalities=["speech"])
        endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="x")
        Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=price)
    background.refresh()


def test_free_models_come_before_paid_ones_and_those_that_pretend_last(speakers):
    assert [entry.model.slug for entry in ready_models(Task.SPEECH)] == ["d/free", "a/paid", "c/stage"]
    assert default_model(Task.SPEECH).slug == "d/free"


def test_a_condition_chooses_among_the_ready_ones(speakers):
    assert default_model(Task.SPEECH, lambda model: model.slug != "d/free").slug == "a/paid"
    assert default_model(Task.TRANSCRIPTION) is None


@pytest.fixture
def seeded(db, settings, monkeypatch, tmp_path):
    """The seed with keys of three providers; the engines of this computer and Whisper base are installed."""
    settings.PROVIDER_ENVIRONMENT = {
        name: {"api_key": "sk-0123456789"} for name in ("ELEVENLABS", "GROQ", "OPENAI")
    }
    monkeypatch.setattr("core.catalogue.readiness.install_hint", lambda engine: None)
    install_empty(tmp_path / "models", "whisper-base")
    monkeypatch.setattr(weights.root, "folder", tmp_path / "models")
    seed_catalogue()
    background.refresh()


@pytest.mark.parametrize(
    ("task", "slug"),
    [
        (Task.SPEECH, "local/hibari"),
        (Task.TRANSCRIPTION, "local/whisper-base"),
        (Task.TRANSLATION, "local/whisper-base"),
    ],
)
def test_the_models_of_this_computer_are_the_defaults_beside_those_with_keys(seeded, task, slug):
    ready = [entry.model.slug for entry in ready_models(task)]
    assert ready[0] == default_model(task).slug == slug
    assert {name.partition("/")[0] for name in ready} > {"local", "openai"}
