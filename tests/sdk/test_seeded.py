"""Speech with the seeded catalogue: the SDKs and the local voice, without a key."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.models import UsageRecord

VOICES = {"local/hibari": "heart", "local/espeak-ng": "gmw/en-US"}
installed = all(map(find_spec, ("espeakng_loader", "av", "hibari")))
needs_engine = pytest.mark.skipif(not installed, reason="the local engine is not installed")
STARTS = {
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"),
    "wav": (b"RIFF",),
    "flac": (b"fLaC",),
    "opus": (b"OggS",),
    "aac": (b"\xff\xf1", b"\xff\xf9"),
}


@pytest.fixture(autouse=True)
def seeded(transactional_db):
    seed_catalogue()


def test_every_seeded_model_passes_the_strict_client(router):
    found = router.models.list(limit=500).result
    assert len(found.data) == found.total_count > 20
    for entry in found.data:
        author, _, slug = entry.id.partition("/")
        assert router.endpoints.list(author=author, slug=slug).data.id == entry.id


@needs_engine
@pytest.mark.parametrize("model", VOICES)
@pytest.mark.parametrize("form", sorted(STARTS))
def test_the_local_voices_speak_every_format(client, model, form):
    answer = client.audio.speech.create(
        model=model, input="Hello from Polyphony.", voice=VOICES[model], response_format=form
    )
    assert answer.content.startswith(STARTS[form])


@needs_engine
@pytest.mark.parametrize("model", VOICES)
def test_the_local_voices_stream_samples(client, model):
    options = {"model": model, "input": "One. Two. Three.", "voice": VOICES[model]}
    with client.audio.speech.with_streaming_response.create(**options, response_format="pcm") as answer:
        audio = b"".join(answer.iter_bytes())
    assert answer.headers["content-type"] == "audio/pcm;rate=24000;channels=1"
    assert len(audio) > 24_000
    assert len(audio) % 2 == 0
    assert UsageRecord.objects.get().cost == 0
