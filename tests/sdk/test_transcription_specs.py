"""Transcripts against the published documents of OpenAI and OpenRouter, where those are provided."""

from __future__ import annotations

import json

import pytest

from core.contract.audio import AudioFormat
from tests.core.api.transcription_helpers import make_transcription_model, send
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import SECONDS
from tests.sdk.test_specs import check

WAV = audio_bytes(AudioFormat.WAV, SECONDS)


@pytest.fixture(autouse=True)
def ear(lab):
    make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("json", "CreateTranscriptionResponseJson"),
        ("verbose_json", "CreateTranscriptionResponseVerboseJson"),
        ("diarized_json", "CreateTranscriptionResponseDiarizedJson"),
    ],
)
def test_openais_document_accepts_our_transcripts(data, live, key, form, name):
    check(data, "openai", name, send(live, key, WAV, response_format=form).json())


def test_openais_document_accepts_our_translations(data, live, key):
    for form, name in (("json", "Json"), ("verbose_json", "VerboseJson")):
        answer = send(live, key, WAV, path="/audio/translations", response_format=form)
        check(data, "openai", f"CreateTranslationResponse{name}", answer.json())


def test_openais_document_accepts_our_events(data, live, key):
    text = send(live, key, WAV, stream="true", response_format="diarized_json").text
    *frames, _, _ = text.split("\n\n")
    names = {"delta": "Delta", "segment": "Segment", "done": "Done"}
    for frame in frames:
        event = json.loads(frame.removeprefix("data: "))
        kind = names[event["type"].rpartition(".")[2]]
        check(data, "openai", f"TranscriptText{kind}Event", event)


def test_openrouters_document_accepts_our_transcripts(data, live, key):
    for form in ("json", "verbose_json"):
        check(data, "openrouter", "STTResponse", send(live, key, WAV, response_format=form).json())
