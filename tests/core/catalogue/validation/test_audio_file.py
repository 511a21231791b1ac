"""The size of an audio file is checked."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.errors import TooLarge
from tests.core.catalogue.requests import MIB, audio_file, route_error, transcription_request

WHISPER = "openai/whisper-1"
LOCAL = "local/whisper-base"


pytestmark = pytest.mark.usefixtures("openai_key")


def test_a_file_above_the_models_limit_is_refused(models):
    assert route(transcription_request(WHISPER, file=audio_file(25 * MIB))).model == WHISPER
    error = route_error(transcription_request(WHISPER, file=audio_file(25 * MIB + 1)), TooLarge)
    assert (error.status, error.param, error.metadata["limit"]) == (413, "file", 25 * MIB)
    assert LOCAL in error.message
