"""Seeding: what is missing is made, what an admin changed is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.models import AIModel, Endpoint, Price, Provider, Version, Voice

TTS = "openai/tts-1"


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
    assert report.created == sum(table.objects.count() for table in (Provider, AIModel, Endpoint, Voice))
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


def test_an_edited_row_stays_edited(catalogue, folder):
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


def test_a_new_price_is_a_new_row(catalogue, folder):
    old = first_price(TTS, "openai")
    folder.change_model(
        "openai", TTS, lambda entry: entry["endpoint"]["prices"][0].update(usd_per_unit="0.000016")
    )
    report = seed_catalogue(folder.path)
    assert report.prices == 1
    rows = Price.objects.filter(endpoint=old.endpoint).order_by("valid_from")
    assert [row.usd_per_unit for row in rows] == [Decimal("0.000015"), Decimal("0.000016")]
    assert rows[0].pk == old.pk
    assert rows[0].valid_from == old.valid_from


def test_two_changes_of_a_price_are_two_rows(catalogue, folder):
    for amount in ("0.000016", "0.000017"):
        line = {"kind": "text_in", "unit": "character", "usd_per_unit": amount}
        folder.change_model("openai", TTS, lambda entry, line=line: entry["endpoint"].update(prices=[line]))
        assert seed_catalogue(folder.path).prices == 1
    assert Price.objects.filter(endpoint__model__slug=TTS).count() == 3


def test_an_admins_price_wins_over_a_later_seed(catalogue, folder):
    endpoint = Endpoint.objects.get(model__slug=TTS)
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=Decimal("0.00001"))
    folder.change_model(
        "openai", TTS, lambda entry: entry["endpoint"]["prices"][0].update(usd_per_unit="0.000016")
    )
    report = seed_catalogue(folder.path)
    assert (report.prices, report.kept) == (0, 1)
    assert endpoint.prices.count() == 2


def test_an_admins_own_endpoint_gets_no_seeded_prices(db):
    model = AIModel.objects.create(slug=TTS, name="Mine", tasks=["speech"])
    provider = Provider.objects.create(slug="openai", name="Mine", base_url="https://example.org/v1")
    mine = Endpoint.objects.create(model=model, provider=provider, upstream_id="tts-1")
    report = seed_catalogue()
    assert report.kept == 3
    assert model.endpoints.get() == mine
    assert mine.prices.count() == 0
    model.refresh_from_db()
    assert model.name == "Mine"


def test_a_voice_that_left_the_seed_goes_and_an_admins_voice_stays(catalogue, folder):
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


def test_a_resold_model_is_asked_after_the_direct_one(catalogue):
    found = Endpoint.objects.filter(model__slug="openai/gpt-4o-mini-tts").order_by("priority")
    assert [(row.provider.slug, row.priority, row.formats) for row in found] == [
        ("openai", 10, []),
        ("openrouter", 20, ["mp3", "pcm"]),
    ]
