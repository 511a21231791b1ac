"""Seeded price sheets: new prices are new rows, an admin's prices stay."""

from __future__ import annotations

from decimal import Decimal

from core.catalogue.seed.tables import seed_catalogue
from core.models import AIModel, Endpoint, Price, Provider

TTS = "openai/tts-1"


def first_price(slug: str, provider: str) -> Price:
    return Price.objects.get(endpoint__model__slug=slug, endpoint__provider__slug=provider)


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
