"""Options and time limits for requests with an audio file."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.errors import TooLarge
from tests.core.catalogue.requests import audio_file, route_error, transcription_request

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"
SPEAKERS = "openai/gpt-4o-transcribe-diarize"
NEWEST = "openai/gpt-transcribe"


pytestmark = pytest.mark.usefixtures("openai_key")


@pytest.mark.parametrize(
    ("model", "formats", "stream", "words"),
    [
        (WHISPER, ["json", "text", "srt", "verbose_json", "vtt"], False, True),
        (PLAIN, ["json", "text"], True, False),
        (SPEAKERS, ["json", "text", "diarized_json"], True, False),
        (NEWEST, ["json"], True, False),
    ],
)
def test_options_describe_what_the_model_can_do(model, formats, stream, words):
    options = route(transcription_request(model)).targets[0].options
    assert (options["response_formats"], options["stream"], options["words"]) == (formats, stream, words)


def test_the_newest_model_has_other_field_names():
    options = route(transcription_request(NEWEST, language="de", keyterms=("Ada",))).targets[0].options
    assert (options["language_field"], options["keyterms_field"]) == ("languages[]", "keywords[]")


@pytest.mark.parametrize(("seconds", "deadline"), [(11.0, 300.0), (3600.0, 7200.0), (None, 3600.0)])
def test_long_files_have_long_deadlines(seconds, deadline):
    assert route(transcription_request(WHISPER, file=audio_file(seconds=seconds))).policy.deadline == deadline


@pytest.mark.parametrize(("seconds", "first_event"), [(0.5, 60.5), (3600.0, 3660.0), (None, None)])
def test_the_first_event_may_take_as_long_as_the_audio(seconds, first_event):
    assert (
        route(transcription_request(WHISPER, file=audio_file(seconds=seconds))).policy.first_event
        == first_event
    )


def test_a_file_without_room_in_a_request_is_too_large(keys):
    keys(VERTEX="sk-express")
    fitting = transcription_request("google/gemini-2.5-flash", file=audio_file(14_000_000))
    assert [target.provider for target in route(fitting).targets] == ["vertex"]
    large = transcription_request("google/gemini-2.5-flash", file=audio_file(15_000_000))
    assert route_error(large, TooLarge).param == "file"
