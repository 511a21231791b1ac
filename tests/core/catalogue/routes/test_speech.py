"""Routes of speech requests: a format per target."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.audio import AudioFormat
from core.contract.errors import Unsupported
from core.media.installed import can_encode
from tests.core.catalogue.requests import speech_request

MINI = "openai/gpt-4o-mini-tts"
TTS = "openai/tts-1"


def test_an_endpoint_that_cannot_make_the_format_is_asked_for_what_is_converted_here(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    found = route(speech_request(MINI, format=AudioFormat.FLAC))
    expected = [("openai", "flac"), *([("openrouter", "pcm")] if can_encode(AudioFormat.FLAC) else [])]
    assert [(target.provider, target.format) for target in found.targets] == expected


def test_wanted_formats_are_tried_in_order_per_target(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    found = route(speech_request(MINI, formats=(AudioFormat.WAV, AudioFormat.PCM)))
    assert [(target.provider, target.format) for target in found.targets] == [
        ("openai", "wav"),
        ("openrouter", "pcm"),
    ]


def test_an_unknown_voice_is_reported_before_a_missing_key(models):
    with pytest.raises(Unsupported) as caught:
        route(speech_request(TTS, voice="nobody"))
    assert caught.value.param == "voice"
