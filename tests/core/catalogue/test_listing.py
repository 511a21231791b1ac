"""The list of models: status, filters, prices."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest
from django.utils import translation

from core.catalogue import snapshot
from core.catalogue.listing import Filters, Listing, Status, listings
from core.media import installed
from core.models import AIModel, Price
from tests.fakes.whisper_files import install_empty


def by_slug(**filters) -> dict[str, Listing]:
    return {entry.model.slug: entry for entry in listings(Filters(**filters))}


@pytest.fixture
def engine(monkeypatch) -> None:
    """The local engine is installed, whatever this machine has."""
    monkeypatch.setattr("core.catalogue.readiness.install_hint", lambda engine: None)


def test_states_without_any_key(models, engine):
    found = by_slug()
    assert found["local/espeak-ng"].status is Status.READY
    assert found["openai/tts-1"].status is Status.NEEDS_KEY
    assert found["openai/tts-1"].help.startswith("OpenAI needs a key: an admin adds one under Providers")
    assert found["openai/dall-e-3"].status is Status.RETIRED
    assert found["openai/dall-e-3"].help == "Shut down on May 12, 2026."
    assert found["elevenlabs/eleven_v4"].status in (Status.NEEDS_KEY, Status.UNAVAILABLE)
    assert "local/rehearsal" not in found


def test_states_with_a_key(models, keys):
    keys(OPENAI="sk-direct")
    found = by_slug()
    assert found["openai/tts-1"].status is Status.DEPRECATED
    assert found["openai/tts-1"].help == "Ends on Jan 6, 2027."
    assert found["openai/gpt-6-luna"].status is Status.READY
    assert found["openai/gpt-6-luna"].help == ""
    keys(OPENAI="sk-direct", GEMINI="a key")
    assert by_slug()["openai/tts-1"].help.endswith("Use Gemini 3.8 Flash-Lite TTS instead.")


def test_local_engine_missing_is_unavailable_with_a_hint(models, monkeypatch):
    monkeypatch.setattr("core.catalogue.readiness.install_hint", lambda engine: installed.HINT)
    entry = by_slug()["local/espeak-ng"]
    assert entry.status is Status.UNAVAILABLE
    assert 'pip install "polyphony[local]"' in entry.help


@pytest.mark.parametrize(
    ("task", "first"),
    [
        ("speech", "local/hibari"),
        ("transcription", "local/whisper-base"),
        ("translation", "local/whisper-base"),
    ],
)
def test_the_recommended_models_are_first_beside_those_with_keys(models, engine, keys, task, first):
    keys(ELEVENLABS="sk_eleven", GROQ="gsk_groq", OPENAI="sk-direct")
    ready = [entry.model.slug for entry in listings(Filters(tasks=frozenset({task}), ready=True))]
    assert ready[0] == first
    assert {slug.partition("/")[0] for slug in ready} > {"local", "openai"}


def test_usable_models_come_first(models, engine, keys):
    keys(OPENAI="sk-direct")
    order = [list(Status).index(entry.status) for entry in listings()]
    assert order == sorted(order)
    assert order[0] == 0


def test_ready_only(models, engine):
    assert list(by_slug(ready=True)) == [
        "local/hibari",
        "local/whisper-base",
        "local/canvas",
        "local/espeak-ng",
        "local/inspector",
    ]


def test_task_filter(models):
    found = by_slug(tasks=frozenset({"translation"}))
    assert sorted(found) == [
        "azure/whisper",
        "google/gemini-2.5-flash",
        "google/gemini-2.5-pro",
        "google/gemini-3-flash-preview",
        "google/gemini-3.1-pro-preview",
        "groq/whisper-large-v3",
        "local/whisper-base",
        "openai/whisper-1",
        "openai/whisper-large-v3",
    ]


@pytest.mark.parametrize("task", ["transcription", "translation"])
def test_whisper_on_this_computer_is_the_first_without_a_key(models, engine, models_folder, task):
    for name in ("whisper-small", "whisper-tiny.en", "whisper-large-v3-turbo"):
        install_empty(models_folder, name)
    first, *_ = listings(Filters(tasks=frozenset({task})))
    assert (first.model.slug, first.ready) == ("local/whisper-base", True)


def test_whisper_without_its_weights_says_how_to_install_them(models, engine, models_folder):
    shutil.rmtree(models_folder)
    entry = by_slug()["local/whisper-base"]
    assert entry.status is Status.UNAVAILABLE
    assert entry.help == "The local engine is not installed: manage.py install_model whisper-base"


def test_other_sizes_of_whisper_are_listed_where_they_are_installed(models, engine, models_folder):
    def sizes() -> list[str]:
        return [slug for slug in by_slug(providers=frozenset({"local"})) if "/whisper" in slug]

    assert sizes() == ["local/whisper-base"]
    install_empty(models_folder, "whisper-tiny.en")
    assert sizes() == ["local/whisper-base", "local/whisper-tiny.en"]


def test_pocketsphinx_is_retired(models, engine):
    entry = by_slug()["local/pocketsphinx"]
    assert entry.status is Status.RETIRED
    assert entry.help == "Shut down on Nov 28, 2026. Use Whisper Base instead."


def test_input_modalities_are_all_needed(models):
    found = by_slug(inputs=frozenset({"audio", "video"}), retired=False)
    assert sorted(found) == [
        "google/gemini-2.5-flash",
        "google/gemini-2.5-pro",
        "google/gemini-3-flash-preview",
        "google/gemini-3.1-pro-preview",
        "local/inspector",
    ]


def test_output_and_provider_filters(models):
    found = by_slug(outputs=frozenset({"speech"}), providers=frozenset({"openrouter"}))
    assert sorted(found) == [
        "google/gemini-3.8-flash-tts",
        "mistralai/voxtral-mini-tts-2603",
        "openai/gpt-4o-mini-tts",
        "openai/gpt-4o-mini-tts-2025-12-15",
    ]


def test_price_ceiling_leaves_unpriced_models_out(models):
    found = by_slug(tasks=frozenset({"speech"}), max_price=Decimal(15), retired=False)
    assert sorted(found) == [
        "google/gemini-2.5-flash-tts",
        "google/gemini-3.8-flash-lite-tts",
        "google/gemini-3.8-flash-tts",
        "local/espeak-ng",
        "local/hibari",
        "mistralai/voxtral-mini-tts-3",
        "openai/tts-1",
    ]


def test_query_needs_every_word(models):
    assert list(by_slug(query="Whisper GROQ turbo")) == [
        "groq/whisper-large-v3-turbo",
        "openai/whisper-large-v3-turbo",
    ]
    assert by_slug(query="no such thing") == {}


def test_disabled_models_are_not_listed(catalogue):
    AIModel.objects.filter(slug="openai/tts-1").update(enabled=False)
    snapshot.reset()
    assert "openai/tts-1" not in by_slug()


@pytest.mark.parametrize(
    ("slug", "price"),
    [
        ("local/espeak-ng", "free"),
        ("openai/tts-1", "$15 / 1M characters"),
        ("openai/gpt-4o-mini-tts", "$0.60 / 1M tokens in · $12 / 1M audio tokens out"),
        ("openai/whisper-1", "$0.006 / min"),
        ("groq/whisper-large-v3", "$0.00185 / min"),
        ("openai/gpt-4o", "$2.50 / 1M tokens in · $10 / 1M tokens out"),
        ("openai/dall-e-3", "from $0.04 / image"),
        ("openai/gpt-5.4-audio-preview", "unpriced"),
    ],
)
def test_price_texts(models, slug, price):
    assert by_slug()[slug].price == price


def test_prices_are_translatable(models):
    with translation.override("ru"):
        assert by_slug()["openai/tts-1"].price.startswith("$15 / 1")


def test_half_a_sheet_is_unpriced(catalogue):
    """The input without the output is no price; the ledger does not take it for one either."""
    before = by_slug()["openai/gpt-4o"]
    Price.objects.filter(endpoint__model__slug="openai/gpt-4o", kind="text_out").delete()
    snapshot.reset()
    after = by_slug()["openai/gpt-4o"]
    assert (before.comparable, after.price, after.comparable) == (Decimal("2.5"), "unpriced", None)
    endpoint = after.model.endpoints[0]
    assert [line.name for line in endpoint.prices] != []
    assert endpoint.known_prices == ()


def test_every_sheet_of_the_seed_prices_the_output(models):
    half = [
        (model.slug, endpoint.provider.slug)
        for model in models.models.values()
        for endpoint in model.endpoints
        if endpoint.prices and not endpoint.known_prices
    ]
    assert half == []
