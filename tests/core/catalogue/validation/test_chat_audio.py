"""Voice and format of the audio in a chat response."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.catalogue.validation import audio_formats
from core.contract.audio import AudioFormat
from core.models import Endpoint, Voice
from tests.core.catalogue.requests import audio_chat_request, route_error

AUDIO = "openai/gpt-audio"
REHEARSAL = "local/rehearsal-chat"


pytestmark = pytest.mark.usefixtures("two_keys")


@pytest.mark.parametrize(
    ("voice", "expected"),
    [(None, "alloy"), ("Cedar", "cedar"), ("nova", "nova"), ("onyx", "onyx"), ("Fable", "fable")],
)
def test_a_chat_voice_is_found_by_name(voice, expected):
    assert route(audio_chat_request(AUDIO, voice=voice)).targets[0].voice == expected


def test_an_unknown_voice_lists_the_voices():
    refused = route_error(audio_chat_request(AUDIO, voice="nobody"))
    assert refused.param == "audio.voice"
    assert refused.metadata["voices"] == [
        "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar",
        "fable", "nova", "onyx",
    ]  # fmt: skip


def test_a_like_voice_stands_in_for_one_of_openai(catalogue):
    Voice.objects.filter(model__slug=AUDIO, voice_id="nova").delete()
    snapshot.reset()
    found = route(audio_chat_request(AUDIO, voice="Nova"))
    assert ({target.voice for target in found.targets}, found.voice) == ({"shimmer"}, "shimmer")


@pytest.fixture
def no_encoder(monkeypatch):
    monkeypatch.setattr(audio_formats, "can_encode", lambda form: form is AudioFormat.WAV)


def test_an_audio_format_selects_the_endpoints_that_make_it(no_encoder):
    (target,) = route(audio_chat_request(AUDIO, format=AudioFormat.MP3)).targets
    assert (target.provider, target.format) == ("openai", AudioFormat.MP3)
    assert [target.provider for target in route(audio_chat_request(AUDIO)).targets] == [
        "openai",
        "openrouter",
    ]


def test_streamed_audio_is_pcm_and_converted_to_other_formats():
    pytest.importorskip("av")
    targets = route(audio_chat_request(AUDIO, format=AudioFormat.MP3, streamed=True)).targets
    assert {(target.format, target.encoding) for target in targets} == {(AudioFormat.PCM, AudioFormat.MP3)}


def test_streamed_audio_is_pcm_only_without_an_encoder(no_encoder):
    refused = route_error(audio_chat_request(AUDIO, format=AudioFormat.MP3, streamed=True))
    assert refused.param == "audio.format"
    assert refused.metadata == {"formats": ["pcm16"]}
    assert refused.message == f"{AUDIO} streams pcm16 only: ask for that, or without stream."
    assert route(audio_chat_request(AUDIO, streamed=True)).targets[0].format is AudioFormat.PCM


def test_of_several_formats_the_streamed_one_is_chosen():
    request = audio_chat_request(
        AUDIO, format=AudioFormat.MP3, formats=(AudioFormat.WAV, AudioFormat.PCM), streamed=True
    )
    assert route(request).targets[0].format is AudioFormat.PCM


def test_an_endpoint_can_list_more_streamed_formats(catalogue, no_encoder):
    Endpoint.objects.filter(model__slug=AUDIO, provider__slug="openai").update(
        options={"streamed_formats": ["pcm", "mp3"]}
    )
    snapshot.reset()
    (target,) = route(audio_chat_request(AUDIO, format=AudioFormat.MP3, streamed=True)).targets
    assert (target.provider, target.format) == ("openai", AudioFormat.MP3)


def test_a_format_that_no_endpoint_makes_lists_the_formats(rehearsal, no_encoder):
    refused = route_error(audio_chat_request(REHEARSAL, format=AudioFormat.FLAC))
    assert refused.message == f"{REHEARSAL} cannot speak flac here. It makes pcm16."
