"""The body of a translation."""

from __future__ import annotations

import pytest

from core.bodies.transcription.options import TranscriptOptions
from core.bodies.translation import TranslationBody, transcript_options
from core.bodies.validation import validate
from core.contract.errors import Unsupported
from core.contract.transcription import AudioFile
from core.contract.translation import TranslationRequest

FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 6.0)


def test_a_translation_has_fewer_fields():
    body = validate(TranslationBody, {"model": "m", "prompt": "", "temperature": 0, "language": "de"})
    assert body.request(FILE) == TranslationRequest("m", FILE, temperature=0)


def test_diarized_json_is_refused():
    body = validate(TranslationBody, {"model": "m", "response_format": "diarized_json"})
    with pytest.raises(Unsupported):
        body.request(FILE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diarize", True),
        ("include", ["logprobs"]),
        ("keyterms", ["Ada"]),
        ("num_speakers", 2),
        ("stream", True),
        ("tag_audio_events", True),
        ("timestamp_granularities", ["segment", "word"]),
    ],
)
def test_what_only_a_transcription_has_is_refused(name, value):
    with pytest.raises(Unsupported) as caught:
        validate(TranslationBody, {"model": "m", name: value})
    assert caught.value.param == name


def test_what_changes_nothing_is_accepted():
    fields = {"stream": False, "diarize": False, "include": [], "timestamp_granularities": ["segment"]}
    body = validate(TranslationBody, {"model": "m", "enable_logging": False, **fields})
    assert body.request(FILE) == TranslationRequest("m", FILE, logging=False)


def test_the_transcript_is_english_without_words_and_speakers():
    assert transcript_options(TranslationRequest("m", FILE, segments=True)) == TranscriptOptions(
        "translate", "en", segments=True
    )
