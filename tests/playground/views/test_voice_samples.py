"""A voice's sample: made once, metered, in the voice's own language, for those who may."""

from __future__ import annotations

import asyncio
import re

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core import background
from core.catalogue.lookup import get
from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest
from core.media.file_types import MP3, file_type
from core.models import AIModel, IdempotentRequest, UsageRecord, Voice
from core.models.offload import offload
from playground.views.voice_samples import SENTENCES, playable_format, sentence

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
async def listener(engine, alice):
    client = AsyncClient()
    await client.aforce_login(alice)
    await offload(background.refresh)
    return client


def ask(client, **fields):
    return client.get("/voices/sample", {"model": "local/rehearsal", "voice": "tone", **fields})


async def body(response) -> bytes:
    return b"".join([part async for part in response])


async def test_a_sample_is_synthesized_once_and_stored(listener, alice):
    first = await ask(listener)
    again = await ask(listener)
    sound = await body(first)
    assert file_type(sound) is MP3
    assert sound == await body(again)
    assert first["Content-Type"] == "audio/mpeg"
    assert first["Cache-Control"] == "private, max-age=86400"
    assert first["X-Content-Type-Options"] == "nosniff"
    (record,) = await offload(lambda: list(UsageRecord.objects.all()))
    assert (record.user_id, record.source, record.outcome) == (alice.pk, "playground", "completed")
    assert len((await offload(default_storage.listdir, "samples"))[1]) == 1


async def test_listeners_at_once_are_one_call(listener, rehearsal, alice, bob):
    rehearsal.options = {"delay": 0.05}
    await offload(rehearsal.save)
    await offload(background.refresh)
    other = AsyncClient()
    await other.aforce_login(bob)
    answers = await asyncio.gather(*(ask(client) for client in (listener, other) * 10))
    assert len({await body(answer) for answer in answers}) == 1
    assert await UsageRecord.objects.acount() == 1
    assert await IdempotentRequest.objects.acount() == 0


async def test_a_sample_is_made_again_after_a_failure(listener, rehearsal):
    rehearsal.options = {"fail": "500"}
    await offload(rehearsal.save)
    await offload(background.refresh)
    assert (await ask(listener)).status_code >= 500
    rehearsal.options = {}
    await offload(rehearsal.save)
    await offload(background.refresh)
    assert await body(await ask(listener))


async def test_a_range_of_a_sample_can_be_requested(listener):
    whole = await body(await ask(listener))
    response = await listener.get(
        "/voices/sample", {"model": "local/rehearsal", "voice": "tone"}, headers={"Range": "bytes=0-43"}
    )
    assert (response.status_code, await body(response)) == (206, whole[:44])


async def test_a_voice_is_found_in_any_case(listener):
    assert await body(await ask(listener, voice="TONE")) == await body(await ask(listener))


@pytest.mark.parametrize(
    ("fields", "status"), [({"voice": "nobody"}, 400), ({"voice": ""}, 400), ({"model": "no/such"}, 404)]
)
async def test_what_does_not_exist_has_no_sample(listener, fields, status):
    response = await ask(listener, **fields)
    assert response.status_code == status
    assert response.json()["error"]["code"] == status


async def test_a_failing_provider_leaves_no_sample(listener, rehearsal):
    rehearsal.options = {"fail": "500"}
    await offload(rehearsal.save)
    await offload(background.refresh)
    response = await ask(listener)
    assert response.status_code >= 500
    assert not await offload(default_storage.exists, "samples")


async def test_samples_are_for_those_who_signed_in(engine):
    response = await ask(AsyncClient())
    assert (response.status_code, response.json()["error"]["type"]) == (401, "authentication_error")


async def test_every_voice_has_a_sentence_of_its_language(engine):
    model = await offload(AIModel.objects.get, slug="local/rehearsal")
    await offload(lambda: Voice.objects.create(model=model, voice_id="olga", name="Olga", language="ru-RU"))
    await offload(lambda: Voice.objects.create(model=model, voice_id="eo", name="Eo", language="eo"))
    await offload(background.refresh)
    found = get("local/rehearsal")
    assert sentence(found, "olga") == SENTENCES["ru"]
    assert sentence(found, "eo") == sentence(found, "tone") == SENTENCES["en"]


def test_a_sentence_is_of_its_language():
    letters = {"ru": "а-я", "zh": "\u4e00-\u9fff", "ja": "\u3040-\u30ff", "ko": "\uac00-\ud7af", "el": "α-ω"}
    for language, alphabet in letters.items():
        assert re.search(f"[{alphabet}]", SENTENCES[language])


class Formats:
    def __init__(self, *formats: str) -> None:
        self.formats = formats


@pytest.mark.parametrize(
    ("formats", "chosen"),
    [((), AudioFormat.MP3), (("wav", "pcm"), AudioFormat.WAV), (("opus", "mp3"), AudioFormat.MP3)],
)
def test_the_smallest_playable_format_is_taken(formats, chosen):
    assert playable_format(Formats(*formats)) is chosen


def test_bare_samples_are_not_playable():
    with pytest.raises(InvalidRequest):
        playable_format(Formats("pcm"))
