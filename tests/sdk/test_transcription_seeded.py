"""Transcripts of real speech by the local model with the seeded catalogue, without a key."""

from __future__ import annotations

import re
from itertools import pairwise

import openai
import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.contract.audio import PcmShape, wav_header
from core.models import UsageRecord
from tests.fakes.audio_files import word_errors

LOCAL = "local/whisper-base"


@pytest.fixture(autouse=True)
def seeded(whisper, transactional_db):
    seed_catalogue()


@pytest.fixture
def jfk(data):
    """Eleven seconds, named as what it is not."""
    return ("speech.mp3", (data / "samples" / "jfk.flac").read_bytes())


def test_verbose_json_has_words_inside_the_file(client, jfk):
    found = client.audio.transcriptions.create(
        model=LOCAL, file=jfk, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert word_errors(found.text) == 0
    assert (found.language, found.duration) == ("english", 11.0)
    assert all(before.end <= after.start + 0.011 for before, after in pairwise(found.words))
    assert found.words[0].start >= 0
    assert found.words[-1].end <= 11.0
    assert len(found.segments) >= 1
    record = UsageRecord.objects.get()
    assert (record.task, record.outcome, record.cost) == ("transcription", "completed", 0)


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_are_short_and_in_order(client, jfk, form):
    found = client.audio.transcriptions.create(model=LOCAL, file=jfk, response_format=form)
    times = re.findall(r"(\d\d):(\d\d):(\d\d)[,.](\d{3})", found)
    seconds = [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in times]
    assert len(seconds) >= 4
    assert seconds == sorted(seconds)
    assert all(end - start <= 7.001 for start, end in zip(seconds[::2], seconds[1::2], strict=True))


def test_a_stream_begins_before_the_end(client, jfk):
    events = list(client.audio.transcriptions.create(model=LOCAL, file=jfk, stream=True))
    *deltas, done = events
    assert len(deltas) >= 1
    assert "".join(delta.delta for delta in deltas) == done.text


def test_speech_is_translated(client, jfk):
    with pytest.deprecated_call():  # the newest client says so of every translation
        found = client.audio.translations.create(model=LOCAL, file=jfk, response_format="verbose_json")
    assert word_errors(found.text) <= 0.1
    assert (found.task, found.language, found.duration) == ("translate", "english", 11.0)
    record = UsageRecord.objects.get()
    assert (record.task, record.outcome, record.cost) == ("translation", "completed", 0)


def test_speakers_are_refused_and_who_can_is_named(client, jfk):
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.transcriptions.create(model=LOCAL, file=jfk, response_format="diarized_json")
    assert caught.value.param == "response_format"
    assert "Models that can: " in caught.value.message
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_a_video_without_sound_or_cut_short_is_refused(client, data, part):
    video = (data / "samples" / "small_video.mp4").read_bytes()
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.transcriptions.create(model=LOCAL, file=("clip.mp4", video[: int(len(video) * part)]))
    assert caught.value.param == "file"
    assert not UsageRecord.objects.exists()


def test_a_header_without_sound_is_refused(client):
    header = wav_header(PcmShape(16_000), 0)
    with pytest.raises(openai.BadRequestError) as caught:
        client.audio.transcriptions.create(model=LOCAL, file=("empty.wav", header))
    assert caught.value.param == "file"
