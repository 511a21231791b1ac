import json
from datetime import date
from decimal import Decimal

import pytest

from core import operations
from core.catalogue import snapshot
from core.contract.errors import NotFound, Unavailable, Unsupported, UpstreamDenied
from core.models import AIModel, AuditEvent, Endpoint, Finding, Price, Provider, ProviderKey, Voice
from core.models.offload import offload
from tests.fakes import elevenlabs, openrouter, scenarios
from tests.fakes.provider import Provider as Fake

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

RICH = {
    "id": "acme/talker-2",
    "name": "Acme: Talker 2",
    "description": "Talks.",
    "context_length": 128000,
    "architecture": {"input_modalities": ["text", "audio"], "output_modalities": ["text"]},
    "pricing": {
        "prompt": "0.000002",
        "completion": "0.00001",
        "audio": "0.00004",
        "web_search": "0.01",
        "image": "0",
        "overrides": [{"min_prompt_tokens": 200000, "prompt": "0.000004"}],
    },
    "top_provider": {"max_completion_tokens": 4096},
    "supported_parameters": ["tools", "temperature"],
}


def rich(slug: str, outputs: list[str], **pricing: str) -> dict[str, object]:
    shape = {"input_modalities": ["text"], "output_modalities": outputs}
    return {
        **RICH,
        "id": slug,
        "architecture": shape,
        "pricing": {"prompt": "0", "completion": "0", **pricing},
    }


def listing(provider, *rows, query: str = "?output_modalities=all") -> None:
    scenario = scenarios.body(json.dumps({"data": rows}).encode())
    provider.script("models", scenario)
    provider.script(f"models{query}", scenario)


def told(report: operations.SyncReport) -> list[tuple[str, str]]:
    """The findings as (kind, model)."""
    return [(finding.kind, finding.model) for finding in report.findings]


@pytest.fixture
def known(row) -> Endpoint:
    model = AIModel.objects.create(slug="fake/tts-1", name="TTS", tasks=["speech"])
    return Endpoint.objects.create(model=model, provider=row, upstream_id="tts-1")


def prices(slug: str) -> dict[str, Decimal]:
    return {
        f"{price.kind}.{price.unit} {price.condition or ''}".strip(): price.usd_per_unit.normalize()
        for price in Price.objects.filter(endpoint__model__slug=slug)
    }


async def test_a_bare_list_confirms_and_reports_and_writes_nothing(known):
    report = await operations.sync_models("fake")
    assert (report.confirmed, told(report)) == (["fake/tts-1"], [("new", "fake/ok")])
    assert (report.unknown, report.added, report.voices) == ([], [], [])
    assert await AIModel.objects.acount() == 1


async def test_models_no_longer_listed_are_reported_and_kept(known, provider):
    listing(provider, {"id": "other"})
    report = await operations.sync_models("fake")
    assert (told(report), report.confirmed) == ([("new", "fake/other"), ("gone", "fake/tts-1")], [])
    assert await Endpoint.objects.filter(enabled=True).acount() == 1


async def test_a_bare_list_adds_when_asked(known, provider):
    listing(
        provider,
        {"id": "models/tts-1"},
        {"id": "whisper-large"},
        {"id": "qwen3", "type": "llm"},
        {"id": "Kokoro-82M", "task": "text-to-speech"},
    )
    report = await operations.sync_models("fake", add=True)
    assert report.confirmed == ["fake/tts-1"]
    assert report.added == ["fake/Kokoro-82M", "fake/qwen3", "fake/whisper-large"]
    tasks = {model.slug: model.tasks async for model in AIModel.objects.filter(slug__in=report.added)}
    assert tasks == {
        "fake/Kokoro-82M": ["speech"],
        "fake/qwen3": ["chat"],
        "fake/whisper-large": ["transcription"],
    }
    assert await Price.objects.acount() == 0


async def test_a_list_with_details_adds_models_with_prices(row, provider):
    listing(provider, RICH)
    report = await operations.sync_models("fake", add=True)
    assert (report.added, report.findings) == (["acme/talker-2"], [])
    model = await AIModel.objects.aget(slug="acme/talker-2")
    assert (model.name, model.author, model.tasks, model.enabled) == ("Talker 2", "Acme", ["chat"], True)
    assert (model.input_modalities, model.output_modalities) == (["text", "audio"], ["text"])
    assert (model.context_length, model.max_output) == (128000, 4096)
    assert model.features == ["streaming", "tools"]
    sheet = await offload(prices, "acme/talker-2")
    assert sheet == {
        "text_in.token": Decimal("0.000002"),
        "text_out.token": Decimal("0.00001"),
        "audio_in.token": Decimal("0.00004"),
        "text_in.token {'min_prompt_tokens': 200000}": Decimal("0.000004"),
    }
    event = await AuditEvent.objects.aget()
    assert (event.action, event.subject, event.detail) == ("models.synced", "fake", {"models": report.added})
    await offload(snapshot.refresh_if_changed)
    assert snapshot.current().models["acme/talker-2"].visible


async def test_a_second_time_changes_nothing(row, provider):
    listing(provider, RICH)
    await operations.sync_models("fake", add=True)
    report = await operations.sync_models("fake", add=True)
    assert report == operations.SyncReport("fake", confirmed=["acme/talker-2"])
    assert (await AIModel.objects.acount(), await Price.objects.acount()) == (1, 4)


async def test_free_models_have_price_0_and_unclear_ones_none(row, provider):
    listing(
        provider,
        rich("acme/free", ["text"]),
        rich("acme/varies", ["text"], prompt="-1"),
        rich("acme/speaker", ["speech"], prompt="0.000015"),
    )
    await operations.sync_models("fake", add=True)
    assert await offload(prices, "acme/free") == {"text_in.token": 0, "text_out.token": 0}
    assert await offload(prices, "acme/varies") == {}
    assert await offload(prices, "acme/speaker") == {}


async def test_unknown_tasks_and_invalid_names_are_only_reported(row, provider):
    listing(provider, rich("acme/ranker", ["rerank"]), rich("acme/<b>", ["text"]))
    report = await operations.sync_models("fake")
    assert report == operations.SyncReport("fake", unknown=["acme/<b>", "acme/ranker"])


async def test_a_model_of_another_provider_gets_a_second_endpoint(row, provider):
    model = await AIModel.objects.acreate(slug="acme/talker-2", name="Ours", tasks=["chat"])
    listing(provider, RICH)
    await operations.sync_models("fake", add=True)
    assert (await AIModel.objects.aget()).name == "Ours"
    assert await Endpoint.objects.filter(model=model, provider=row).acount() == 1


async def test_refusals_come_from_the_error_tree(row, provider):
    provider.script("models", scenarios.status(401))
    with pytest.raises(UpstreamDenied):
        await operations.sync_models("fake")
    await ProviderKey.objects.all().adelete()
    with pytest.raises(Unavailable):
        await operations.sync_models("fake")
    await Provider.objects.acreate(slug="local", name="Local", wire="local", needs_key=False)
    with pytest.raises(Unsupported):
        await operations.sync_models("local")


@pytest.fixture
def speaking(row) -> AIModel:
    """A model of ElevenLabs with a voice, one without any, and one that is not in the vendor's list."""
    Provider.objects.filter(pk=row.pk).update(wire="elevenlabs")
    models = [
        AIModel.objects.create(slug=f"fake/{name}", name=name, tasks=[task])
        for name, task in (("flash", "speech"), ("free", "speech"), ("scribe", "transcription"))
    ]
    for model, id in zip(models, ("eleven_flash_v2_5", "eleven_multilingual_v2", "scribe_v2"), strict=True):
        options = {} if "speech" in model.tasks else {"listed": False}
        Endpoint.objects.create(model=model, provider=row, upstream_id=id, options=options)
    Voice.objects.create(model=models[0], voice_id="JBFqnCBsd6RMkjVDRZzb", name="Our George")
    return models[0]


async def test_voices_of_the_account_are_added_once_to_models_that_have_voices(speaking, provider):
    provider.script("models", scenarios.body(json.dumps(elevenlabs.MODELS).encode()))
    provider.script("voices", scenarios.body(json.dumps({"voices": elevenlabs.VOICES}).encode()))
    reports = [await operations.sync_models("fake") for _ in range(2)]
    assert [report.voices for report in reports] == [["Mira"], []]
    assert (reports[0].confirmed, told(reports[0])[1:]) == (["fake/flash", "fake/free"], [])
    rows = [row async for row in Voice.objects.values_list("model__slug", "name", "gender", "position")]
    assert rows == [("fake/flash", "Our George", "", 0), ("fake/flash", "Mira", "female", 1)]
    assert await AuditEvent.objects.filter(action="models.synced").acount() == 1
    samples = [row async for row in Voice.objects.values_list("name", "sample_url")]
    assert samples == [("Our George", elevenlabs.VOICES[0]["preview_url"]), ("Mira", "")]


async def test_samples_move_with_the_vendors_and_stay_where_it_tells_none(speaking, provider):
    provider.script("models", scenarios.body(json.dumps(elevenlabs.MODELS).encode()))
    george, mira = elevenlabs.VOICES
    for address in ("https://vendor.test/1.mp3", "https://vendor.test/2.mp3", None, "file:///etc/passwd"):
        listed = {"voices": [{**george, "preview_url": address}, mira]}
        provider.script("voices", scenarios.body(json.dumps(listed).encode()))
        await operations.sync_models("fake")
    assert (await Voice.objects.aget(name="Our George")).sample_url == "https://vendor.test/2.mp3"


async def test_voices_and_the_last_day_come_with_a_list_of_openrouter(tmp_path):
    scenario = openrouter.answering(key=None)
    with Fake(lambda name: scenario, tmp_path / "bills.jsonl") as router:
        await Provider.objects.acreate(
            slug="router",
            name="Router",
            wire="openrouter",
            base_url=router.url,
            internal=True,
            needs_key=False,
        )
        report = await operations.sync_models("router", add=True)
    assert report.added == ["author/chat", "author/voice"]
    chat = await AIModel.objects.aget(slug="author/chat")
    assert (chat.shutdown_at, chat.context_length, chat.max_output) == (date(2027, 3, 1), 128_000, 4096)
    voices = [voice.voice_id async for voice in Voice.objects.filter(model__slug="author/voice")]
    assert voices == ["ada", "bo"]
    assert await offload(prices, "author/voice") == {}


async def test_all_are_synced_at_once_and_one_that_fails_stops_no_other(row, provider):
    listing(provider, RICH)
    await Provider.objects.acreate(slug="keyless", name="Keyless")
    reports = await operations.sync_all(["fake", "keyless", "nobody"])
    assert told(reports["fake"]) == [("new", "acme/talker-2")]
    assert isinstance(reports["keyless"], Unavailable)
    assert isinstance(reports["nobody"], NotFound)
    assert await Finding.objects.acount() == 1
