"""Transcriptions and translations by socket: what is sent, what is stored, whose uploads may be used."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from core import background
from core.models import AIModel, Endpoint, Price, Provider, UsageRecord
from core.models.offload import offload
from core.providers.rehearsal.transcription import SENTENCES
from playground.models import Run, Upload
from tests.playground.wav_file import wav_bytes

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

MODEL = "stage/transcriber"
TIMES = {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}


@pytest.fixture
def transcriber(rehearsal):
    """A priced model for transcription and translation."""
    model = AIModel.objects.create(
        slug=MODEL,
        name="Transcriber",
        tasks=["transcription", "translation"],
        input_modalities=["audio"],
        output_modalities=["text"],
        features=["language", "prompt", "words", "segments", "diarize", "streaming"],
    )
    provider = Provider.objects.get(slug="rehearsal")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit="0.001")
    return endpoint


def stored(user) -> Upload:
    name = default_storage.save("uploads/1/talk.wav", ContentFile(wav_bytes(6)))
    return Upload.objects.create(
        user=user, name="talk.wav", media_type="audio/wav", bytes=96_044, file=name, probe={"duration": 6.0}
    )


@pytest.fixture
async def upload(transcriber, engine, alice):
    return await offload(stored, alice)


async def begin(tab, upload_id, task="transcription", **params):
    params = {"file": {"upload": str(upload_id)}, **params}
    await tab.send(type="run.start", id="a", task=task, model=MODEL, params=params)


async def test_the_words_arrive_in_order_and_are_stored(sign_in, alice, upload):
    tab = await sign_in(alice)
    await begin(tab, upload.id, diarize=True, **TIMES)
    done = await tab.until("run.done", "run.error")
    assert tab.types() == [
        "run.started",
        "transcript.delta",
        "transcript.segment",
        "transcript.words",
        "run.progress",
        "run.usage",
        "run.done",
    ]
    heard = [frame for frame in tab.frames if frame["type"] == "transcript.delta"]
    assert "".join(frame["text"] for frame in heard) == " ".join(SENTENCES)
    assert tab.numbers() == list(range(1, len(tab.frames) + 1))
    assert (done["outcome"], done["receipt"]["cost"]) == ("completed", 0.006)
    run = await Run.objects.aget()
    assert (run.state, run.title, run.duration, run.upload_id) == ("completed", "talk.wav", 6.0, upload.id)
    assert run.transcript["text"] == run.text == " ".join(SENTENCES)
    assert [segment["speaker"] for segment in run.transcript["segments"]] == ["A", "B", "A"]
    assert run.words[0] == {"word": "A", "start": 0.0, "end": 0.267, "confidence": 0.98, "speaker": "A"}
    assert run.media == reverse("playground:upload", args=[upload.id])


async def test_a_translation_is_a_run_too(sign_in, alice, upload):
    tab = await sign_in(alice)
    await begin(tab, upload.id, task="translation")
    assert (await tab.until("run.done", "run.error"))["outcome"] == "completed"
    assert (await Run.objects.aget()).task == "translation"


async def test_a_finished_run_is_sent_again_from_any_event(sign_in, alice, upload):
    tab = await sign_in(alice)
    await begin(tab, upload.id, **TIMES)
    await tab.until("run.done")
    run = await Run.objects.aget()
    again = await sign_in(alice)
    await again.send(type="run.resume", id="b", run=str(run.id), after=4)
    await again.until("run.done")
    told = [{**frame, "id": "a"} for frame in again.frames]
    assert told == [tab.frames[0], *tab.frames[4:]]


async def test_stop_stores_what_was_transcribed(sign_in, alice, upload, transcriber):
    await Endpoint.objects.filter(id=transcriber.id).aupdate(options={"delay": 0.4})
    tab = await sign_in(alice)
    await begin(tab, upload.id, **TIMES)
    await tab.until("transcript.words")
    await tab.send(type="run.stop", id="a")
    assert (await tab.until("run.done", "run.error"))["outcome"] == "stopped"
    run = await Run.objects.aget()
    assert (run.state, run.transcript["text"]) == ("stopped", SENTENCES[0])


async def test_a_cut_transcript_is_partial_and_stored(sign_in, alice, upload, transcriber):
    await Endpoint.objects.filter(id=transcriber.id).aupdate(options={"fail": "cut"})
    tab = await sign_in(alice)
    await begin(tab, upload.id)
    done = await tab.until("run.done", "run.error")
    assert (done["outcome"], done["error"]["code"]) == ("partial", 502)
    assert (await Run.objects.aget()).text == SENTENCES[0]


async def test_a_failure_before_any_word_is_free(sign_in, alice, upload, transcriber):
    await Endpoint.objects.filter(id=transcriber.id).aupdate(options={"fail": "auth"})
    tab = await sign_in(alice)
    await begin(tab, upload.id)
    assert (await tab.until("run.done", "run.error"))["type"] == "run.error"
    run = await Run.objects.aget()
    assert (run.state, run.text, run.receipt["cost"] or 0) == ("failed", "", 0)


async def test_the_receipt_says_what_was_converted(sign_in, alice, upload, transcriber, client):
    pytest.importorskip("av")
    await AIModel.objects.filter(slug=MODEL).aupdate(limits={"audio_formats": ["mp3"]})
    await offload(background.refresh)
    tab = await sign_in(alice)
    await begin(tab, upload.id)
    done = await tab.until("run.done", "run.error")
    found = [{"direction": "input", "from": "wav", "to": "mp3"}]
    assert (done["outcome"], done["receipt"]["conversions"]) == ("completed", found)
    assert (await UsageRecord.objects.aget()).conversions == found
    await offload(client.force_login, alice)
    page = (await offload(client.get, f"/runs/{done['run']}")).content.decode()
    assert "<dt>Your audio, converted here</dt><dd>wav → mp3</dd>" in page
