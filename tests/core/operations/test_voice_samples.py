"""Recordings of voices: at the provider's own server as it is called, elsewhere only where it is public."""

from __future__ import annotations

from base64 import b64encode

import pytest

from core.catalogue.lookup import get
from core.catalogue.snapshot import refresh_if_changed
from core.contract.audio import AudioFormat
from core.contract.errors import PrivateUpstream, UpstreamFailed
from core.media.file_types import MP3, WAV
from core.models import AIModel, Endpoint, Provider, Voice
from core.models.offload import offload
from core.operations.voice_samples import fetch_sample
from tests.core.operations.conftest import CANARY
from tests.fakes import scenarios
from tests.fakes.audio import audio_bytes

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

SOUND = audio_bytes(AudioFormat.MP3)


@pytest.fixture
def sampled(row):
    """A call that fetches the sample at an address, as of a voice of the row's model on `wire`."""
    model = AIModel.objects.create(slug="fake/flash", name="Flash", tasks=["speech"])
    Endpoint.objects.create(model=model, provider=row, upstream_id="flash")

    async def fetch(address: str, wire: str = "elevenlabs"):
        await Provider.objects.filter(pk=row.pk).aupdate(wire=wire)
        await Voice.objects.all().adelete()
        await Voice.objects.acreate(model=model, voice_id="george", name="George", sample_url=address)
        await offload(refresh_if_changed)
        found = get("fake/flash")
        return await fetch_sample(found, found.voices[0])

    return fetch


async def test_a_public_recording_is_fetched_without_our_key(sampled, provider):
    provider.script("george.mp3", scenarios.body(SOUND, "application/octet-stream"))
    assert await sampled(f"{provider.url}/george.mp3") == (SOUND, MP3)
    (seen,) = provider.requests
    assert CANARY not in str(seen.headers)


async def test_one_that_needs_a_key_is_fetched_by_the_adapter(sampled, provider):
    sound = audio_bytes(AudioFormat.WAV)
    address = f"{provider.url}/audio/voices/1/sample"
    provider.script("sample", scenarios.body(sound, "audio/wav"))
    assert await sampled(address, "mistral") == (sound, WAV)
    assert provider.requests[-1].headers["authorization"] == f"Bearer {CANARY}"
    provider.script("sample", scenarios.body(b'"' + b64encode(sound) + b'"'))
    assert await sampled(address, "mistral") == (sound, WAV)


async def test_another_server_has_to_be_public(sampled, provider):
    port = provider.port
    assert await sampled(f"http://localhost:{port}/george.mp3") is None
    with pytest.raises(PrivateUpstream):
        await sampled(f"https://localhost:{port}/george.mp3")
    assert provider.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        scenarios.status(404),
        scenarios.status(403),
        scenarios.redirect(),
        scenarios.body(b"<!doctype html><script>alert(1)</script>", "audio/mpeg"),
        scenarios.body(b'"not base64"'),
        scenarios.flood(9 * 1024 * 1024, "audio/mpeg"),
        scenarios.bomb(9 * 1024 * 1024),
    ],
    ids=["gone", "forbidden", "redirect", "page", "json", "flood", "bomb"],
)
@pytest.mark.parametrize("wire", ["elevenlabs", "mistral"])
async def test_what_is_no_recording_is_none(sampled, provider, answer, wire):
    provider.script("george.mp3", answer)
    assert await sampled(f"{provider.url}/george.mp3", wire) is None


async def test_a_vendor_that_fails_is_an_error(sampled, provider):
    provider.script("george.mp3", scenarios.status(500))
    with pytest.raises(UpstreamFailed):
        await sampled(f"{provider.url}/george.mp3")
