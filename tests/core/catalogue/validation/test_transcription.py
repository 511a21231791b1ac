"""Transcription requests are checked against the model's features; errors name models that can."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.transcription import TranscriptFormat
from tests.core.catalogue.requests import audio_file, route_error, transcription_request
from tests.fakes.whisper_files import install_empty

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"
SPEAKERS = "openai/gpt-4o-transcribe-diarize"
SCRIBE = "elevenlabs/scribe_v2"
NEWEST = "openai/gpt-transcribe"
LOCAL = "local/whisper-base"
ENGLISH = "local/whisper-tiny.en"


pytestmark = pytest.mark.usefixtures("openai_key")


@pytest.mark.parametrize("form", list(TranscriptFormat))
def test_every_model_has_every_format_except_unknown_speakers(form):
    for model in (WHISPER, PLAIN, NEWEST):
        request = transcription_request(model, form, diarize=form is TranscriptFormat.DIARIZED_JSON)
        if form is TranscriptFormat.DIARIZED_JSON:
            assert route_error(request).param == "response_format"
        else:
            assert route(request).model == model
    assert (
        route(transcription_request(SPEAKERS, form, diarize=form is TranscriptFormat.DIARIZED_JSON)).model
        == SPEAKERS
    )


@pytest.mark.parametrize(
    ("request_", "param", "able"),
    [
        (transcription_request(PLAIN, "verbose_json", words=True), "timestamp_granularities", WHISPER),
        (transcription_request(PLAIN, diarize=True), "diarize", SPEAKERS),
        (transcription_request(WHISPER, words=True, characters=True), "timestamps_granularity", SCRIBE),
        (transcription_request(PLAIN, known_speakers=(("Ada", "data:,"),)), "known_speaker_names", SPEAKERS),
        (transcription_request(SPEAKERS, speakers=2), "num_speakers", "elevenlabs/scribe_v2"),
        (transcription_request(PLAIN, logging=False), "enable_logging", LOCAL),
        (transcription_request(SPEAKERS, prompt="Names"), "prompt", PLAIN),
        (transcription_request(SPEAKERS, keyterms=("Ada",)), "keyterms", PLAIN),
        (transcription_request(PLAIN, "srt", audio_file(seconds=None)), "response_format", WHISPER),
    ],
)
def test_an_unsupported_parameter_names_models_that_support_it(request_, param, able):
    error = route_error(request_)
    assert (error.param, error.provider_code) == (param, "unsupported_parameter")
    assert able in error.message
    assert able in error.metadata["models"]
    assert request_.model not in error.metadata["models"]


def test_models_that_can_be_called_now_are_named_first():
    able = route_error(transcription_request(PLAIN, diarize=True)).metadata["models"]
    assert (able[0], "elevenlabs/scribe_v2" in able) == (SPEAKERS, True)


def test_a_language_that_a_model_does_not_know_is_refused(models_folder):
    install_empty(models_folder, "whisper-tiny.en")
    error = route_error(transcription_request(ENGLISH, language="de"))
    assert (error.param, error.provider_code) == ("language", "unsupported_parameter")
    assert LOCAL in error.metadata["models"]
    assert ENGLISH not in error.metadata["models"]
    assert route(transcription_request(ENGLISH, language="en")).model == ENGLISH


def test_this_computer_keeps_nothing():
    assert route(transcription_request(LOCAL, logging=False)).model == LOCAL


def test_more_speakers_than_the_limit_are_refused():
    error = route_error(transcription_request("elevenlabs/scribe_v2", speakers=33), InvalidRequest)
    assert error.param == "num_speakers"


def test_logprobs_need_a_model_with_that_feature():
    able = "openai/gpt-4o-mini-transcribe"
    assert route(transcription_request(able, logprobs=True)).model == able
    error = route_error(transcription_request(WHISPER, logprobs=True), Unsupported)
    assert (error.param, error.metadata["models"]) == ("include", [able, "openai/gpt-4o-transcribe"])


@pytest.mark.parametrize(("language", "seconds"), [(None, 60.0), ("de", 60.0), ("en", 601.0), ("en", None)])
def test_words_that_cannot_be_aligned_are_refused(language, seconds):
    request = transcription_request(
        PLAIN, "verbose_json", audio_file(seconds=seconds), words=True, language=language
    )
    error = route_error(request)
    assert error.param == "timestamp_granularities"
    assert "(language: en)" in error.message
