"""Seeding: what is missing is made, what an admin changed is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.models import AIModel, Endpoint, Price, Provider, Version, Voice, VoiceAlias

TTS = "openai/tts-1"
TABLES = (Provider, AIModel, Endpoint, Voice, VoiceAlias)


def number(name: str) -> int:
    return Version.objects.get(name=name).number


def first_price(slug: str, provider: str) -> Price:
    return Price.objects.get(endpoint__model__slug=slug, endpoint__provider__slug=provider)


def test_first_seed_fills_every_table(db):
    report = seed_catalogue()
    assert report.changed
    assert report.kept == 0
    assert Provider.objects.count() == 10
    assert AIModel.objects.get(slug=TTS).voices.count() == 9
    assert first_price(TTS, "openai").usd_per_unit == Decimal("0.000015")
    assert report.created == sum(table.objects.count() for table in TABLES)
    assert report.prices == Price.objects.count()


def test_second_seed_is_one_query_and_changes_nothing(catalogue, django_assert_num_queries):
    before = number(Version.CATALOGUE)
    with django_assert_num_queries(1):
        report = seed_catalogue()
    assert not report.changed
    assert number(Version.CATALOGUE) == before


def test_changed_seed_moves_the_version_once(catalogue, folder):
    before = number(Version.CATALOGUE)
    folder.change_model("openai", TTS, lambda model: model.update(name="TTS one"))
    assert seed_catalogue(folder.path).updated == 1
    assert number(Version.CATALOGUE) == before + 1
    assert AIModel.objects.get(slug=TTS).name == "TTS one"


def test_changed_seed_adds_models(catalogue, folder):
    def add(document):
        document["models"].append({**document["models"][0], "slug": "openai/tts-2"})

    folder.change("openai", add)
    report = seed_catalogue(folder.path)
    assert report.created == 1 + 1 + 13  # the model, its endpoint, its voices
    assert AIModel.objects.get(slug="openai/tts-2").endpoints.get().prices.count() == 2


def test_an_edited_row_is_not_overwritten(catalogue, folder):
    model = AIModel.objects.get(slug=TTS)
    model.description = "Our old friend"
    model.save()
    folder.change_model("openai", TTS, lambda entry: entry.update(name="TTS one"))
    report = seed_catalogue(folder.path)
    assert report.kept == 1
    model.refresh_from_db()
    assert (model.name, model.description) == ("TTS-1", "Our old friend")


def test_switches_survive_and_do_not_count_as_edits(catalogue, folder):
    Provider.objects.filter(slug="rehearsal").update(enabled=True)
    AIModel.objects.filter(slug=TTS).update(enabled=False)
    folder.change_model("openai", TTS, lambda entry: entry.update(name="TTS one"))
    folder.change("rehearsal", lambda document: document["provider"].update(name="Rehearsal room"))
    assert seed_catalogue(folder.path).kept == 0
    assert Provider.objects.get(slug="rehearsal").enabled is True
    assert Provider.objects.get(slug="rehearsal").name == "Rehearsal room"
    assert AIModel.objects.get(slug=TTS).enabled is False


def test_a_voice_removed_from_the_seed_is_deleted_and_an_admins_voice_stays(catalogue, folder):
    model = AIModel.objects.get(slug=TTS)
    Voice.objects.create(model=model, voice_id="custom", name="Ours")
    folder.change_model("openai", TTS, lambda entry: entry["voices"].pop())
    report = seed_catalogue(folder.path)
    assert report.removed == 1
    names = list(model.voices.order_by("pk").values_list("voice_id", flat=True))
    assert names == ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "custom"]


def test_a_broken_seed_leaves_everything_as_it_was(catalogue, folder):
    before = number(Version.SEED)
    folder.change_model("openai", TTS, lambda entry: entry.update(name="Half"))
    folder.change_model("vertex", "google/gemini-2.5-pro-tts", lambda entry: entry.pop("limits"))
    with pytest.raises(KeyError):
        seed_catalogue(folder.path)
    assert AIModel.objects.get(slug=TTS).name == "TTS-1"
    assert number(Version.SEED) == before


def test_a_resold_model_comes_after_the_direct_one(catalogue):
    found = Endpoint.objects.filter(model__slug="openai/gpt-4o-mini-tts").order_by("priority")
    assert [(row.provider.slug, row.priority, row.formats) for row in found] == [
        ("openai", 10, []),
        ("openrouter", 20, ["mp3", "pcm"]),
    ]


def test_an_edited_voice_alias_is_kept(catalogue, folder):
    VoiceAlias.objects.filter(name="nova").update(voice="heart")
    VoiceAlias.objects.filter(name="onyx").update(enabled=False)
    folder.change(
        "openai", lambda document: document["voice_aliases"].append({"name": "zed", "gender": "male"})
    )
    report = seed_catalogue(folder.path)
    assert (report.created, report.kept) == (1, 1)
    found = VoiceAlias.objects.filter(name__in=("nova", "onyx", "zed")).order_by("name")
    assert [(row.name, row.voice, row.gender, row.enabled) for row in found] == [
        ("nova", "heart", "female", True),
        ("onyx", "", "male", False),
        ("zed", "", "male", True),
    ]
