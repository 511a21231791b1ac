"""What models can hear is checked before they are asked, and models that can are named."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.errors import InvalidRequest, TooLarge, Unsupported, WrongEndpoint
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest

MIB = 1024 * 1024
WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"
SPEAKERS = "openai/gpt-4o-transcribe-diarize"
NEWEST = "openai/gpt-transcribe"
LOCAL = "local/pocketsphinx"


@pytest.fixture(autouse=True)
def openai_is_live(models, keys):
    keys(OPENAI="sk-direct")


def file(size: int = MIB, seconds: float | None = 60.0) -> AudioFile:
    return AudioFile("/nowhere", "audio.wav", "audio/wav", size, seconds)


def ask(model: str, form: str = "json", sound: AudioFile | None = None, **fields) -> TranscriptionRequest:
    return TranscriptionRequest(model, sound or file(), format=TranscriptFormat(form), **fields)


def refusal(request, kind=Unsupported) -> InvalidRequest:
    with pytest.raises(kind) as caught:
        route(request)
    return caught.value


@pytest.mark.parametrize(
    ("model", "formats", "stream", "words"),
    [
        (WHISPER, ["json", "text", "srt", "verbose_json", "vtt"], False, True),
        (PLAIN, ["json", "text"], True, False),
        (SPEAKERS, ["json", "text", "diarized_json"], True, False),
        (NEWEST, ["json"], True, False),
    ],
)
def test_the_adapter_learns_what_the_model_can(model, formats, stream, words):
    options = route(ask(model)).targets[0].options
    assert (options["response_formats"], options["stream"], options["words"]) == (formats, stream, words)


def test_fields_of_the_newest_model_have_names_of_their_own():
    options = route(ask(NEWEST, language="de", keyterms=("Ada",))).targets[0].options
    assert (options["language_field"], options["keyterms_field"]) == ("languages[]", "keywords[]")


@pytest.mark.parametrize("form", list(TranscriptFormat))
def test_every_format_of_every_model_but_speakers_nobody_told(form):
    for model in (WHISPER, PLAIN, NEWEST):
        request = ask(model, form, diarize=form is TranscriptFormat.DIARIZED_JSON)
        if form is TranscriptFormat.DIARIZED_JSON:
            assert refusal(request).param == "response_format"
        else:
            assert route(request).model == model
    assert route(ask(SPEAKERS, form, diarize=form is TranscriptFormat.DIARIZED_JSON)).model == SPEAKERS


@pytest.mark.parametrize(
    ("request_", "param", "able"),
    [
        (ask(PLAIN, "verbose_json", words=True), "timestamp_granularities", WHISPER),
        (ask(PLAIN, diarize=True), "diarize", SPEAKERS),
        (ask(SPEAKERS, prompt="Names"), "prompt", PLAIN),
        (ask(SPEAKERS, keyterms=("Ada",)), "keyterms", PLAIN),
        (ask(LOCAL, language="de"), "language", PLAIN),
        (ask(PLAIN, "srt", file(seconds=None)), "response_format", WHISPER),
    ],
)
def test_what_a_model_cannot_do_names_one_that_can(request_, param, able):
    error = refusal(request_)
    assert (error.param, error.provider_code) == (param, "unsupported_parameter")
    assert able in error.message
    assert able in error.metadata["models"]
    assert request_.model not in error.metadata["models"]


def test_those_that_can_be_called_now_are_named_first():
    able = refusal(ask(PLAIN, diarize=True)).metadata["models"]
    assert (able[0], "elevenlabs/scribe_v2" in able) == (SPEAKERS, True)


def test_a_language_by_any_region(models):
    assert route(ask(LOCAL, language="en")).model == LOCAL


def test_a_model_has_a_size(models):
    assert route(ask(WHISPER, sound=file(25 * MIB))).model == WHISPER
    error = refusal(ask(WHISPER, sound=file(25 * MIB + 1)), TooLarge)
    assert (error.status, error.param, error.metadata["limit"]) == (413, "file", 25 * MIB)
    assert LOCAL in error.message


def test_speakers_have_a_number():
    error = refusal(ask("elevenlabs/scribe_v2", speakers=33), InvalidRequest)
    assert error.param == "num_speakers"


def test_a_translation_needs_a_model_that_hears():
    error = refusal(TranslationRequest("openai/gpt-4o", file()), WrongEndpoint)
    assert WHISPER in error.metadata["models"]
    assert PLAIN not in error.metadata["models"]


@pytest.mark.parametrize(("seconds", "deadline"), [(11.0, 300.0), (3600.0, 7200.0), (None, 3600.0)])
def test_long_files_have_long_deadlines(seconds, deadline):
    assert route(ask(WHISPER, sound=file(seconds=seconds))).policy.deadline == deadline


@pytest.mark.parametrize(("seconds", "first_event"), [(0.5, 60.5), (3600.0, 3660.0), (None, None)])
def test_an_endpoint_may_listen_to_the_end_before_it_says_a_word(seconds, first_event):
    assert route(ask(WHISPER, sound=file(seconds=seconds))).policy.first_event == first_event


def test_logprobs_are_told_by_those_that_know_them():
    able = "openai/gpt-4o-mini-transcribe"
    assert route(ask(able, logprobs=True)).model == able
    error = refusal(ask(WHISPER, logprobs=True), Unsupported)
    assert (error.param, error.metadata["models"]) == ("include", [able, "openai/gpt-4o-transcribe"])


def test_words_of_english_are_aligned_where_the_model_tells_no_times():
    assert route(ask(PLAIN, "verbose_json", words=True, language="en")).align
    assert not route(ask(WHISPER, "verbose_json", words=True, language="en")).align


@pytest.mark.parametrize(("language", "seconds"), [(None, 60.0), ("de", 60.0), ("en", 601.0), ("en", None)])
def test_words_are_not_aligned_where_that_would_be_guessing(language, seconds):
    asked = ask(PLAIN, "verbose_json", file(seconds=seconds), words=True, language=language)
    error = refusal(asked)
    assert error.param == "timestamp_granularities"
    assert "(language: en)" in error.message
