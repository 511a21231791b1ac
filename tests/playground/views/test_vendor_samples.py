"""A voice's recording by its vendor: fetched once, kept as a file, never synthesized or paid."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core import background
from core.contract.audio import AudioFormat
from core.models import AIModel, Endpoint, Provider, UsageRecord, Voice
from core.models.offload import offload
from tests.fakes import scenarios
from tests.fakes.audio import audio_bytes

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

SOUND = audio_bytes(AudioFormat.MP3)


@pytest.fixture
async def listen(engine, alice, provider):
    """A call that asks for the sample of a voice whose recording is at the fake vendor."""
    client = AsyncClient()
    await client.aforce_login(alice)
    vendor = await Provider.objects.acreate(
        slug="vendor", name="Vendor", wire="elevenlabs", base_url=provider.url, internal=True, needs_key=False
    )
    model = await AIModel.objects.aget(slug="local/rehearsal")
    await Endpoint.objects.acreate(model=model, provider=vendor, upstream_id="flash", priority=90)
    voices = Voice.objects.filter(model=model, voice_id="tone")
    await voices.aupdate(sample_url=f"{provider.url}/tone.mp3")
    await offload(background.refresh)
    return lambda **headers: client.get(
        "/voices/sample", {"model": "local/rehearsal", "voice": "tone"}, headers=headers
    )


async def body(response) -> bytes:
    return b"".join([part async for part in response])


async def test_the_recording_is_fetched_once_and_costs_nothing(listen, provider):
    provider.script("tone.mp3", scenarios.body(SOUND, "audio/mpeg"))
    first, again = await listen(), await listen()
    assert [await body(first), await body(again)] == [SOUND, SOUND]
    assert (first["Content-Type"], first["X-Content-Type-Options"]) == ("audio/mpeg", "nosniff")
    part = await listen(Range="bytes=2-5")
    assert (part.status_code, await body(part)) == (206, SOUND[2:6])
    assert len(provider.requests) == 1
    assert await UsageRecord.objects.acount() == 0


async def test_without_a_recording_one_is_synthesized(listen, provider):
    provider.script("tone.mp3", scenarios.status(404))
    assert await body(await listen()) != SOUND
    assert await UsageRecord.objects.acount() == 1


async def test_a_vendor_that_fails_is_no_reason_to_pay(listen, provider):
    provider.script("tone.mp3", scenarios.status(500))
    response = await listen()
    assert response.status_code == 502
    assert await UsageRecord.objects.acount() == 0
    assert not await offload(default_storage.exists, "samples")
