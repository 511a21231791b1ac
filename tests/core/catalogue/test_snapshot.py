"""The snapshot follows the tables, and only when they change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.catalogue import lookup, snapshot
from core.catalogue.seed.tables import seed_catalogue
from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.models import AIModel, Endpoint, Price, Provider, ProviderKey, Voice

TTS = "openai/tts-1"


def prices(slug: str) -> list[Decimal]:
    return [price.usd_per_unit for price in snapshot.current().models[slug].endpoints[0].prices]


def test_current_is_loaded_once(catalogue, django_assert_num_queries):
    first = snapshot.current()
    with django_assert_num_queries(0):
        assert snapshot.current() is first


def test_load_is_one_query_per_table(catalogue, django_assert_num_queries):
    with django_assert_num_queries(11):
        snapshot.load()


def test_refresh_without_change_is_one_query(catalogue, django_assert_num_queries):
    snapshot.current()
    with django_assert_num_queries(1):
        assert snapshot.refresh_if_changed() is False


def test_refresh_sees_an_admins_edit(catalogue):
    before = snapshot.current()
    model = AIModel.objects.get(slug=TTS)
    model.name = "Changed"
    model.save()
    assert snapshot.current() is before
    assert snapshot.refresh_if_changed() is True
    assert lookup.get(TTS).name == "Changed"


def test_refresh_sees_a_deletion(catalogue):
    snapshot.current()
    AIModel.objects.get(slug=TTS).delete()
    snapshot.refresh_if_changed()
    assert lookup.find(TTS) is None


def test_a_dated_price_waits_for_its_day(catalogue):
    endpoint = Endpoint.objects.get(model__slug=TTS)
    later = Price.objects.create(
        endpoint=endpoint,
        kind="text_in",
        unit="character",
        usd_per_unit=Decimal("0.00002"),
        valid_from=timezone.now() + timedelta(days=1),
    )
    snapshot.refresh_if_changed()
    assert prices(TTS) == [Decimal("0.000015")]
    assert snapshot.current().stale_at == later.valid_from


def test_an_overdue_price_makes_the_snapshot_stale(catalogue, monkeypatch):
    endpoint = Endpoint.objects.get(model__slug=TTS)
    soon = timezone.now() + timedelta(hours=1)
    Price.objects.create(
        endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=Decimal("0.00002"), valid_from=soon
    )
    snapshot.reload()
    monkeypatch.setattr(timezone, "now", lambda: soon + timedelta(seconds=1))
    assert snapshot.refresh_if_changed() is True
    assert prices(TTS) == [Decimal("0.00002")]


def test_price_rows_carry_their_version(catalogue):
    row = Price.objects.get(endpoint__model__slug=TTS)
    (line,) = snapshot.current().models[TTS].endpoints[0].prices
    assert (line.id, line.name, line.valid_from) == (row.pk, "text_in.character", row.valid_from)


def test_a_hidden_voice_is_not_offered(catalogue):
    Voice.objects.filter(model__slug=TTS, voice_id="alloy").update(enabled=False)
    snapshot.reload()
    assert snapshot.current().models[TTS].voices[0].id == "ash"


def test_active_keys_are_decrypted_only_when_used_the_newest_first(catalogue):
    provider = Provider.objects.get(slug="openai")
    ProviderKey.objects.create(provider=provider, secret="sk-old-old-old-old-old")
    ProviderKey.objects.create(provider=provider, secret="sk-new-new-new-new-new")
    ProviderKey.objects.create(provider=provider, secret="sk-off-off-off-off-off", active=False)
    snapshot.reload()
    entry = snapshot.current().providers["openai"]
    assert "sk-" not in repr(entry)
    assert [key.reveal() for key in entry.keys] == ["sk-new-new-new-new-new", "sk-old-old-old-old-old"]
    assert len({key.id for key in entry.keys}) == 2


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_the_first_call_on_an_event_loop_loads_a_snapshot():
    assert snapshot.current().number >= 0


@pytest.mark.anyio
async def test_lookups_on_the_event_loop_need_no_database(seeded):
    assert lookup.get(TTS).slug == TTS


@pytest.fixture
def seeded(catalogue):
    return snapshot.reload()


def test_seed_of_another_process_is_seen(db):
    assert snapshot.current().models == {}
    seed_catalogue()
    assert snapshot.refresh_if_changed() is True
    assert len(snapshot.current().models) > 70


def test_local_formats_are_those_of_the_installed_libraries(catalogue, monkeypatch):
    monkeypatch.setattr(snapshot, "available_formats", lambda: (AudioFormat.WAV, AudioFormat.PCM))
    snapshot.reload()
    assert snapshot.current().models["local/espeak-ng"].endpoints[0].formats == ("wav", "pcm")
    assert snapshot.current().models[TTS].endpoints[0].formats == tuple(AudioFormat)


def test_tasks_of_a_later_version_are_left_out(catalogue):
    AIModel.objects.filter(slug=TTS).update(tasks=["telepathy", "speech"])
    assert snapshot.reload().models[TTS].tasks == (Task.SPEECH,)
