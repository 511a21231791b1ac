"""A run's transcript over HTTP: read, corrected, taken away, by its owner alone."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core.models.offload import offload
from core.providers import registry
from playground.models import Run, Upload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

SEGMENTS = [
    {"id": 0, "start": 0.0, "end": 1.5, "text": "ask not", "speaker": "A"},
    {"id": 1, "start": 1.5, "end": 3.0, "text": "what your country", "speaker": "B"},
]
WORDS = [
    {"word": "ask", "start": 0.0, "end": 0.5, "confidence": 0.9},
    {"word": "not", "start": 0.6, "end": 1.5},
]


@pytest.fixture
def run(alice):
    return Run.objects.create(
        user=alice,
        task="transcription",
        model="stage/ears",
        title="talk.final.wav",
        state="completed",
        duration=3.0,
        words=WORDS,
        transcript={
            "text": "ask not what your country",
            "language": "en",
            "segments": SEGMENTS,
            "speakers": {},
        },
    )


async def put(client, run, **changed):
    body = {"text": "ask", "segments": SEGMENTS, "words": WORDS, "speakers": {}, **changed}
    path = f"/runs/{run.id}/transcript"
    return await client.post(path, data=json.dumps(body), content_type="application/json")


async def test_the_transcript_is_returned_with_times_and_audio(owner, run):
    answer = (await owner.get(f"/runs/{run.id}/transcript")).json()
    assert (answer["segments"], answer["words"], answer["duration"]) == (SEGMENTS, WORDS, 3.0)
    assert (answer["name"], answer["media"], answer["run"]) == ("talk.final.wav", "", str(run.id))


async def test_a_correction_replaces_the_transcript(owner, run):
    segments = [{**SEGMENTS[0], "text": "Ask not,"}, SEGMENTS[1]]
    assert (await put(owner, run, text="Ask not, what", segments=segments)).status_code == 204
    await run.arefresh_from_db()
    assert run.transcript["text"] == "Ask not, what"
    assert (run.transcript["segments"], run.words, run.transcript["language"]) == (segments, WORDS, "en")


SRT = """1
00:00:00,000 --> 00:00:01,500
A: ask not

2
00:00:01,500 --> 00:00:03,000
Bob: what your country
"""
VTT = """WEBVTT

00:00:00.000 --> 00:00:01.500
A: ask not

00:00:01.500 --> 00:00:03.000
Bob: what your country
"""
FILES = {"txt": "A: ask not\nBob: what your country\n", "srt": SRT, "vtt": VTT}


@pytest.mark.parametrize("extension", FILES)
async def test_the_files_are_of_the_corrected_text(owner, run, extension):
    await put(owner, run, speakers={"B": "Bob"})
    answer = await owner.get(f"/runs/{run.id}/transcript.{extension}")
    assert answer.content.decode() == FILES[extension]
    assert answer["Content-Disposition"] == f'attachment; filename="talk.final.{extension}"'


async def test_the_json_file_has_words_and_segments(owner, run):
    answer = (await owner.get(f"/runs/{run.id}/transcript.json")).json()
    assert (answer["text"], answer["words"], answer["segments"]) == (
        "ask not what your country",
        WORDS,
        SEGMENTS,
    )


async def test_a_foreign_transcript_is_like_an_unknown_one(run, bob, charlie):
    for user in (bob, charlie):
        client = AsyncClient()
        await client.aforce_login(user)
        for path in ("transcript", "transcript.srt"):
            assert (await client.get(f"/runs/{run.id}/{path}")).status_code == 404
        assert (await put(client, run)).status_code == 404
    assert (await AsyncClient().get(f"/runs/{run.id}/transcript")).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"text": 1},
        {"text": "x" * 2_000_001},
        {"words": [{"word": "x", "start": -1, "end": 0}]},
        {"words": [{"word": "", "start": 0, "end": 1}]},
        {"words": [{"word": "x", "start": 0}]},
        {"segments": [{"id": 0, "start": 0, "end": "1", "text": "x"}]},
        {"segments": {}},
        {"speakers": {"A": 5}},
    ],
)
async def test_an_invalid_transcript_is_rejected(owner, run, changed):
    assert (await put(owner, run, **changed)).status_code in (400, 413)
    await run.arefresh_from_db()
    assert run.transcript["text"] == "ask not what your country"


async def test_other_files_and_other_runs_have_none(owner, run, alice):
    spoken = await Run.objects.acreate(user=alice, task="speech", model="m")
    assert (await owner.get(f"/runs/{run.id}/transcript.exe")).status_code == 404
    assert (await owner.get(f"/runs/{spoken.id}/transcript")).status_code == 404


JFK = (
    "And so, my fellow Americans: ask not what your country can do for you, "
    "ask what you can do for your country."
)


async def test_words_are_aligned_with_the_audio(owner, run, alice, data):
    pytest.importorskip("pocketsphinx")
    sound = (data / "samples" / "jfk.flac").read_bytes()
    stored = await offload(default_storage.save, "uploads/1/jfk.flac", ContentFile(sound))
    upload = await Upload.objects.acreate(
        user=alice,
        name="jfk.flac",
        media_type="audio/flac",
        bytes=len(sound),
        file=stored,
        probe={"duration": 11.0},
    )
    transcript = {"text": JFK, "language": None, "segments": []}
    await Run.objects.filter(id=run.id).aupdate(upload=upload, words=[], transcript=transcript, duration=11.0)
    answer = await owner.post(f"/runs/{run.id}/transcript/align")
    await registry.close()
    found = answer.json()
    times = [time for word in found["words"] for time in (word["start"], word["end"])]
    assert (answer.status_code, found["aligned"]) == (200, True)
    assert [word["word"] for word in found["words"]] == re.findall(r"\w+", JFK)
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 11
    assert " ".join(segment["text"] for segment in found["segments"]) == JFK


async def test_words_are_not_aligned_twice_nor_without_the_audio(owner, run, alice):
    assert (await owner.post(f"/runs/{run.id}/transcript/align")).status_code == 404
    upload = await Upload.objects.acreate(user=alice, name="a", media_type="audio/wav", bytes=1, file="x.wav")
    await Run.objects.filter(id=run.id).aupdate(upload=upload)
    assert (await owner.post(f"/runs/{run.id}/transcript/align")).status_code == 400
