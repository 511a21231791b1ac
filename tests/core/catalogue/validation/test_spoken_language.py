from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.errors import Unsupported
from core.contract.speech import SpeechRequest
from core.models import AIModel

HIBARI, ESPEAK = "local/hibari", "local/espeak-ng"


@pytest.fixture(autouse=True)
def engines(monkeypatch):
    monkeypatch.setattr("core.catalogue.readiness.install_hint", lambda engine: None)


def speech(text: str, model: str = HIBARI) -> SpeechRequest:
    return SpeechRequest(model=model, text=text)


@pytest.mark.parametrize(
    ("text", "language", "voice"),
    [
        ("你好，世界", "zh", "sit/cmn"),
        ("Привет, мир", "ru", "zle/ru"),
        ("Das ist ein deutscher Satz.", "de", "gmw/de"),
        ("Bonjour tout le monde", "fr", "roa/fr"),
    ],
)
def test_another_language_is_refused_with_the_voice_that_can(models, text, language, voice):
    with pytest.raises(Unsupported) as refused:
        route(speech(text))

    error = refused.value
    assert (error.status, error.param, error.provider_code) == (400, "input", "unsupported_language")
    assert error.metadata == {"language": language, "languages": ["en"], "model": ESPEAK, "voice": voice}
    assert error.message.endswith(f"local/espeak-ng can say it with the voice {voice}.")
    found = route(SpeechRequest(model=ESPEAK, text=text, voice=voice))
    assert found.targets[0].voice == voice


def test_no_voice_is_named_where_none_can_be_called(catalogue):
    AIModel.objects.filter(slug=ESPEAK).update(enabled=False)
    snapshot.reset()
    with pytest.raises(Unsupported) as refused:
        route(speech("Привет, мир"))

    assert refused.value.metadata == {"language": "ru", "languages": ["en"]}
    assert refused.value.message == "local/hibari speaks English only, and this text seems to be in Russian."


@pytest.mark.parametrize("text", ["Hello, world", "42", "The word 你好 means hello"])
def test_english_and_numbers_are_spoken(models, text):
    assert route(speech(text)).targets[0].voice == "heart"


def test_a_model_without_the_limit_takes_any_language(models):
    assert route(speech("Guten Tag, schöne Welt.", ESPEAK)).targets[0].voice == "gmw/de"
