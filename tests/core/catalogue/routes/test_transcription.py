"""Routes of transcription requests: word times that must be aligned."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from tests.core.catalogue.requests import transcription_request

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"


pytestmark = pytest.mark.usefixtures("openai_key")


def test_english_words_are_aligned_where_the_model_gives_no_times():
    assert route(transcription_request(PLAIN, "verbose_json", words=True, language="en")).align
    assert not route(transcription_request(WHISPER, "verbose_json", words=True, language="en")).align
