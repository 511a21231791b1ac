"""Sample recordings: spoken once by the first voice of the language, a file of each user's own."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core import background
from core.models import AIModel, Endpoint, Price, Provider, UsageRecord, Voice
from core.models.offload import offload
from playground.models import Upload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


def german_speaker() -> None:
    model = AIModel.objects.create(slug="stage/german", name="German", tasks=["speech"], formats=["wav"])
    Voice.objects.create(model=model, voice_id="other", name="Other", language="xx")
    Voice.objects.create(model=model, voice_id="tone", name="Tone", language="de-DE")
    endpoint = Endpoint.objects.create(
        model=model, provider=Provider.objects.get(slug="rehearsal"), upstream_id="rehearsal"
    )
    Price.objects.create(endpoint=endpoint, kind="request", unit="request", usd_per_unit="0")
    background.refresh()


@pytest.fixture
async def speakers(engine):
    await offload(german_speaker)


async def signed_in(user) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(user)
    await offload(background.refresh)
    return client


async def test_each_user_gets_a_file_of_a_recording_that_is_made_once(speakers, alice, bob):
    answers = [await (await signed_in(user)).post("/recordings/de") for user in (alice, alice, bob)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    files = [answer.json() for answer in answers]
    assert {(file["name"], file["media_type"]) for file in files} == {("Sample, German.mp3", "audio/mpeg")}
    assert files[0]["duration"] > 0
    rows = [await Upload.objects.aget(id=file["id"]) for file in files]
    assert [row.user_id for row in rows] == [alice.pk, alice.pk, bob.pk]
    assert len({row.file for row in rows}) == 3
    (record,) = await offload(lambda: list(UsageRecord.objects.all()))
    assert (record.user_id, record.model, record.cost) == (alice.pk, "stage/german", 0)
    await offload(rows[0].delete)
    assert await offload(default_storage.exists, rows[1].file)


@pytest.mark.parametrize("language", ["en", "xx", "..%2F"])
async def test_a_language_without_a_sentence_or_a_voice_is_not_found(speakers, alice, language):
    answer = await (await signed_in(alice)).post(f"/recordings/{language}")
    assert answer.status_code == 404
    assert await Upload.objects.acount() == 0


async def test_a_stranger_is_asked_to_sign_in(speakers):
    answer = await AsyncClient().post("/recordings/de")
    assert answer.status_code == 401
    assert await UsageRecord.objects.acount() == 0


async def test_the_tab_offers_the_languages_that_the_model_knows_and_a_voice_speaks(
    speakers, transcriber, alice
):
    client = await signed_in(alice)

    async def offered() -> list[str]:
        page = (await client.get(f"/models/{transcriber.slug}")).content.decode()
        return [part[:2] for part in page.split('data-role="sample" data-language="')[1:]]

    assert await offered() == ["de"]
    transcriber.languages = ["en"]
    await offload(transcriber.save)
    await offload(background.refresh)
    assert await offered() == []


@pytest.fixture
async def transcriber(speakers) -> AIModel:
    def made() -> AIModel:
        model = AIModel.objects.create(slug="stage/listener", name="Listener", tasks=["transcription"])
        Endpoint.objects.create(
            model=model, provider=Provider.objects.get(slug="rehearsal"), upstream_id="rehearsal"
        )
        background.refresh()
        return model

    return await offload(made)
