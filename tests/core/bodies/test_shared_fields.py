"""Fields that several bodies share."""

from __future__ import annotations

import pytest

from core.bodies.routing.provider import ProviderBody
from core.bodies.shared_fields import voice_id
from core.bodies.validation import FieldError, validate
from core.contract.errors import Unsupported


@pytest.mark.parametrize(
    ("voice", "expected"), [("ada", "ada"), ({"id": "ada"}, "ada"), (None, None), (7, 7)]
)
def test_the_id_of_a_voice(voice, expected):
    assert voice_id(voice) == expected


@pytest.mark.parametrize("voice", [{}, {"id": 7}, {"id": "ada", "name": "Ada"}])
def test_other_voice_objects_are_refused(voice):
    with pytest.raises(FieldError) as caught:
        voice_id(voice, param="audio.voice")
    assert caught.value.param == "audio.voice"


def test_options_are_by_provider():
    assert validate(ProviderBody, {"options": {"lab": {"x": 1}}}).options == {"lab": {"x": 1}}


def test_server_fields_are_refused_at_every_level():
    with pytest.raises(Unsupported) as caught:
        validate(ProviderBody, {"options": {"lab": {"api_key": "sk"}}})
    assert caught.value.param == "options.lab.api_key"
    with pytest.raises(Unsupported) as caught:
        validate(ProviderBody, {"base_url": "http://127.0.0.1"})
    assert caught.value.param == "base_url"
