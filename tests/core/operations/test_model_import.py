import json
from decimal import Decimal

import pytest
from django.core.cache import cache

from core import operations
from core.catalogue import snapshot
from core.contract.errors import NotFound, Unavailable, Unsupported
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, ProviderKey, Version
from core.models.offload import offload
from core.models.version import bump
from core.operations import ImportReport, Offer
from tests.core.operations.test_sync import RICH, listing, prices, rich

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


async def test_offers_are_the_list_beside_the_catalogue(row, provider):
    here = await AIModel.objects.acreate(slug="acme/here", name="Here", tasks=["chat"])
    await Endpoint.objects.acreate(model=here, provider=row, upstream_id="models/acme/listed")
    await AIModel.objects.acreate(slug="acme/talker-2", name="Elsewhere", tasks=["chat"])
    listing(
        provider,
        RICH,
        rich("acme/listed", ["text"]),
        rich("acme/ranker", ["rerank"]),
        rich("a/<b>", ["text"]),
    )
    found = await operations.offers("fake")
    assert [(offer.id, offer.slug, offer.known, offer.elsewhere, offer.importable) for offer in found] == [
        ("a/<b>", "a/<b>", "", False, False),
        ("acme/listed", "acme/listed", "acme/here", False, False),
        ("acme/ranker", "acme/ranker", "", False, False),
        ("acme/talker-2", "acme/talker-2", "", True, True),
    ]
    assert found[-1].model.values["context_length"] == 128000
    assert found[0] == Offer("a/<b>", "a/<b>", None)


async def test_the_chosen_are_imported_with_what_the_list_tells(row, provider):
    listing(provider, RICH, rich("acme/speaker", ["speech"], prompt="0.1"), rich("acme/other", ["text"]))
    report = await operations.import_models("fake", ["acme/talker-2", "acme/speaker", "nobody/listed-it"])
    assert report == ImportReport(priced=["acme/talker-2"], unpriced=["acme/speaker"])
    models = {model.slug: model async for model in AIModel.objects.all()}
    assert {slug: (model.tasks, model.formats) for slug, model in models.items()} == {
        "acme/talker-2": (["chat"], []),
        "acme/speaker": (["speech"], ["mp3"]),
    }
    sheet = await offload(prices, "acme/talker-2")
    assert sheet["text_out.token"] == Decimal("0.00001")
    assert await offload(prices, "acme/speaker") == {}
    event = await AuditEvent.objects.aget()
    assert (event.action, event.subject) == ("models.imported", "fake")
    assert event.detail == {"models": ["acme/talker-2", "acme/speaker"], "count": 2}
    await offload(snapshot.refresh_if_changed)
    assert snapshot.current().models["acme/speaker"].visible


async def test_a_second_import_changes_nothing(row, provider):
    listing(provider, RICH)
    await operations.import_models("fake", ["acme/talker-2"])
    assert await operations.import_models("fake", ["acme/talker-2"]) == ImportReport()
    counts = [await table.objects.acount() for table in (AIModel, Endpoint, Price, AuditEvent)]
    assert counts == [1, 1, 4, 1]


async def test_ids_alone_get_their_task_by_name(row, provider):
    listing(provider, {"id": "whisper-large"}, {"id": "Kokoro-82M"}, {"id": "qwen3", "type": "llm"})
    report = await operations.import_models("fake", ["whisper-large", "Kokoro-82M", "qwen3"])
    assert report == ImportReport(unpriced=["fake/Kokoro-82M", "fake/qwen3", "fake/whisper-large"])
    tasks = {model.slug: (model.tasks, model.input_modalities) async for model in AIModel.objects.all()}
    assert tasks == {
        "fake/Kokoro-82M": (["speech"], ["text"]),
        "fake/qwen3": (["chat"], ["text"]),
        "fake/whisper-large": (["transcription"], ["audio"]),
    }


async def test_a_list_is_kept_until_it_is_asked_for_anew(row, provider):
    listing(provider, {"id": "first"})
    assert [offer.id for offer in await operations.offers("fake")] == ["first"]
    listing(provider, {"id": "second"})
    assert [offer.id for offer in await operations.offers("fake")] == ["first"]
    assert [offer.id for offer in await operations.offers("fake", anew=True)] == ["second"]
    assert len(provider.requests) == 2


async def test_what_was_listed_later_is_imported_too(row, provider):
    listing(provider, {"id": "first"})
    await operations.offers("fake")
    listing(provider, {"id": "second"})
    report = await operations.import_models("fake", ["second"])
    assert (report.imported, len(provider.requests)) == (["fake/second"], 2)


async def test_another_address_has_a_list_of_its_own(row, provider, other_provider):
    listing(provider, {"id": "first"})
    listing(other_provider, {"id": "second"})
    await operations.offers("fake")
    row.base_url = other_provider.url
    await row.asave()
    assert [offer.id for offer in await operations.offers("fake")] == ["second"]


async def test_what_is_kept_has_no_key(row, provider):
    listing(provider, {"id": "first", "junk": "x" * 1000})
    await operations.offers("fake")
    key = operations.model_import.cache_key(row)
    assert json.dumps(cache.get(key)) == '[{"id": "first"}]'


async def test_refusals_come_from_the_error_tree(row, provider):
    with pytest.raises(NotFound):
        await operations.offers("nobody")
    await Provider.objects.acreate(slug="local", name="Local", wire="local", needs_key=False)
    with pytest.raises(Unsupported):
        await operations.offers("local")
    await ProviderKey.objects.all().adelete()
    with pytest.raises(Unavailable):
        await operations.import_models("fake", ["x"])
    assert provider.requests == []


async def test_a_model_that_speaks_comes_with_the_account_s_voices(row, serve):
    models = [{"model_id": "eleven_new", "can_do_text_to_speech": True}]
    voices = {"voices": [{"voice_id": "v1", "name": "Ann"}, {"voice_id": "v2", "name": "Bo"}]}
    port = serve({"/v1/models": models, "/v1/voices": voices}).port
    await Provider.objects.aupdate(wire="elevenlabs", base_url=f"http://127.0.0.1:{port}/v1")
    await offload(bump, Version.CATALOGUE)
    assert await operations.import_models("fake", ["eleven_new"]) == ImportReport(
        unpriced=["fake/eleven_new"]
    )
    model = await AIModel.objects.aget()
    assert (model.tasks, model.formats) == (["speech"], ["mp3", "opus", "wav", "pcm"])
    assert [voice.name async for voice in model.voices.all()] == ["Ann", "Bo"]
