"""From a `run.start` of speech to the request."""

from __future__ import annotations

import json

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest
from playground import frames
from playground.requests.speech import speech_request


def speech(**params):
    return speech_request(
        frames.parse(
            json.dumps(
                {
                    "type": "run.start",
                    "id": "a",
                    "task": "speech",
                    "model": "m",
                    "params": {"input": "Hi", **params},
                }
            )
        )
    )


def test_live_audio_is_pcm_before_the_chosen_format():
    request = speech(response_format="opus", voice="v", speed=1.5, instructions="low")
    assert request.format is AudioFormat.OPUS
    assert request.formats[:3] == (AudioFormat.PCM, AudioFormat.OPUS, AudioFormat.MP3)
    assert len(request.formats) == len(set(request.formats)) == len(AudioFormat)
    assert (request.voice, request.speed, request.instructions, request.streamed) == ("v", 1.5, "low", True)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": 7}, "input"),
        ({"speed": 9}, "speed"),
        ({"speed": "1"}, "speed"),
        ({"response_format": "midi"}, "response_format"),
        ({"plain": "yes"}, "plain"),
        ({"api_key": "x"}, "api_key"),
    ],
)
def test_params_are_refused_as_the_api_refuses_them(params, param):
    with pytest.raises(InvalidRequest) as refused:
        speech(**params)
    assert refused.value.param == param


def test_the_model_of_the_frame_counts():
    assert speech(model="other").model == "m"
