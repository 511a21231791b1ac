"""Transcripts with OpenAI's Python client: every format, events, typed errors."""

from __future__ import annotations

import io

import openai
import pytest

from core.contract.audio import AudioFormat
from tests.core.api.transcription_helpers import make_transcription_model
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import SECONDS, TEXT

WAV = audio_bytes(AudioFormat.WAV, SECONDS)


@pytest.fixture(autouse=True)
def ear(lab, live):
    make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])
    live.refresh()


def transcribe(client, **fields):
    return client.audio.transcriptions.create(model="lab/ear", file=("speech.wav", WAV), **fields)


def test_json(client):
    found = transcribe(client)
    assert (found.text, found.usage.type, found.usage.seconds) == (TEXT, "duration", 6.0)


def test_a_file_without_a_name(client):
    found = client.audio.transcriptions.create(model="lab/ear", file=io.BytesIO(WAV))
    assert found.text == TEXT


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", "Ask not"), ("srt", "1\n00:00:00,000 --> "), ("vtt", "WEBVTT\n\n00:00:00.000")],
)
def test_plain_formats_are_strings(client, form, begins):
    found = transcribe(client, response_format=form)
    assert isinstance(found, str)
    assert found.startswith(begins)


def test_verbose_json(client):
    found = transcribe(
        client, response_format="verbose_json", timestamp_granularities=["word", "segment"], temperature=0
    )
    assert (found.language, found.duration, found.text) == ("english", 6.0, TEXT)
    assert [segment.id for segment in found.segments] == [0, 1]
    assert (found.words[0].word, found.words[0].start) == ("Ask", 0.0)


def test_diarized_json(client):
    found = transcribe(client, response_format="diarized_json", chunking_strategy="auto")
    assert [(segment.id, segment.speaker) for segment in found.segments] == [("seg_0", "A"), ("seg_1", "B")]


def test_a_stream(client):
    *deltas, done = transcribe(client, stream=True, include=[])
    assert "".join(delta.delta for delta in deltas) == TEXT == done.text
    assert (done.type, done.usage.total_tokens) == ("transcript.text.done", 80)


def test_a_stream_that_breaks_raises(client, lab, live):
    make_transcription_model(lab, slug="lab/cut", upstream="heard-then-cut")
    live.refresh()
    with pytest.raises(openai.APIError):
        list(client.audio.transcriptions.create(model="lab/cut", file=("a.wav", WAV), stream=True))


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_a_translation(client):
    found = client.audio.translations.create(model="lab/ear", file=("speech.wav", WAV))
    assert found.text == TEXT
    verbose = client.audio.translations.create(
        model="lab/ear", file=("speech.wav", WAV), response_format="verbose_json"
    )
    assert (verbose.language, verbose.duration, len(verbose.segments)) == ("english", 6.0, 2)


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "lab/nothing"}, openai.NotFoundError, "model"),
        ({"timestamp_granularities": ["word"]}, openai.BadRequestError, "timestamp_granularities"),
        ({"file": ("a.mp3", b"text")}, openai.BadRequestError, "file"),
        ({"temperature": 3}, openai.BadRequestError, "temperature"),
        ({"include": ["logprobs"]}, openai.BadRequestError, "include"),
    ],
)
def test_refusals_are_typed(client, fields, kind, param):
    with pytest.raises(kind) as caught:
        client.audio.transcriptions.create(**{"model": "lab/ear", "file": ("a.wav", WAV), **fields})
    assert caught.value.param == param
