"""Transcripts with OpenRouter's client: audio in base64 and in a form, checked against its schema."""

from __future__ import annotations

import base64

import pytest
from openrouter import errors

from core.contract.audio import AudioFormat
from tests.core.api.transcription_helpers import make_transcription_model
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import SECONDS, TEXT

WAV = audio_bytes(AudioFormat.WAV, SECONDS)
ASK = {"model": "lab/ear", "input_audio": {"data": base64.b64encode(WAV).decode(), "format": "wav"}}


@pytest.fixture(autouse=True)
def ear(lab, live):
    make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])
    live.refresh()


def test_base64(router):
    found = router.stt.create_transcription(**ASK, language="en", keyterms=["country"])
    assert (found.text, found.usage.seconds, found.usage.cost) == (TEXT, 6.0, 0.0006)


def test_verbose(router):
    found = router.stt.create_transcription(
        **ASK, response_format="verbose_json", language="en", diarize=True
    )
    assert (found.task, found.language, found.duration) == ("transcribe", "english", 6.0)
    assert [(segment.id, segment.speaker, segment.speaker_label) for segment in found.segments] == [
        (0, 0, "A"), (1, 1, "B"),
    ]  # fmt: skip


def test_words(router):
    found = router.stt.create_transcription(
        **ASK, response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert [word.word for word in found.words[:3]] == ["Ask", "not", "what"]


def test_a_form(router):
    found = router.stt.create_transcription_multipart(
        model="lab/ear",
        file={"file_name": "speech.wav", "content": WAV},
        response_format="verbose_json",
        timestamp_granularities=["segment"],
        provider='{"options": {"lab": {"seed": 1}}}',
    )
    assert (found.text, len(found.segments)) == (TEXT, 2)


def test_refusals_are_typed(router):
    with pytest.raises(errors.BadRequestResponseError) as caught:
        router.stt.create_transcription(**{**ASK, "input_audio": {"data": "AAAA", "format": "wav"}})
    assert caught.value.data.error.code == 400
