"""Which key goes to which address, and what is reported when one is missing."""

from __future__ import annotations

import pytest

from core.catalogue.entries import ProviderEntry
from core.catalogue.readiness import ReadinessState, install_hint, provider_access, readiness
from core.contract.route import Secret
from core.media import installed
from tests.fakes.whisper_files import install_empty


def provider(**fields) -> ProviderEntry:
    plain = {
        "id": 1,
        "slug": "openai",
        "name": "OpenAI",
        "wire": "openai",
        "base_url": "https://api.openai.com/v1",
        "environment": "OPENAI",
        "needs_key": True,
        "enabled": True,
        "website": "",
        "key_help": "",
    }
    return ProviderEntry(**{**plain, **fields})


@pytest.fixture
def environment(settings):
    def put(key: str = "", address: str = "") -> None:
        settings.PROVIDER_ENVIRONMENT = {"OPENAI": {"api_key": key, "base_url": address}}

    return put


def test_environment_key_goes_to_the_environments_address(environment):
    environment("sk-env", "http://127.0.0.1:9/v1")
    found = provider_access(provider())
    assert (found.base_url, found.secret.reveal()) == ("http://127.0.0.1:9/v1", "sk-env")


def test_environment_key_goes_to_the_rows_address_without_its_own(environment):
    environment("sk-env")
    assert provider_access(provider()).base_url == "https://api.openai.com/v1"


def test_stored_key_never_goes_to_the_environments_address(environment):
    environment("", "http://127.0.0.1:9/v1")
    found = provider_access(provider(keys=(Secret(lambda: "sk-stored", "1"),)))
    assert (found.base_url, found.secret.reveal()) == ("https://api.openai.com/v1", "sk-stored")


def test_stored_key_wins_over_the_environments(environment):
    environment("sk-env", "http://127.0.0.1:9/v1")
    stored = (Secret(lambda: "sk-stored", "1"), Secret(lambda: "sk-older", "2"))
    found = provider_access(provider(keys=stored))
    assert [(key.id, key.reveal()) for key in found.secrets] == [("1", "sk-stored"), ("2", "sk-older")]
    assert found.secret is found.secrets[0]


def test_address_alone_does_not_replace_a_key(environment):
    environment("", "http://127.0.0.1:9/v1")
    assert provider_access(provider()) is None


def test_key_without_any_address_is_not_ready(environment):
    environment("sk-env")
    state = readiness(provider(base_url=""))
    assert state.state is ReadinessState.NEEDS_KEY
    assert "OPENAI_API_KEY, OPENAI_BASE_URL" in state.help


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"enabled": False}, ReadinessState.DISABLED),
        ({"wire": "telepathy"}, ReadinessState.UNAVAILABLE),
        ({}, ReadinessState.NEEDS_KEY),
        ({"needs_key": False}, ReadinessState.READY),
    ],
)
def test_states(settings, fields, expected):
    settings.PROVIDER_ENVIRONMENT = {}
    state = readiness(provider(**fields))
    assert state.state is expected
    assert (state.help == "") == state.ready


def test_missing_engine_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    monkeypatch.setattr(installed, "system_engine", lambda: False)
    install_hint.cache_clear()
    try:
        state = readiness(provider(wire="local", needs_key=False, environment=""))
    finally:
        install_hint.cache_clear()
    assert state.state is ReadinessState.UNAVAILABLE
    assert state.help == 'The local engine is not installed: pip install "polyphony[local]"'


@pytest.mark.parametrize(
    ("lacking", "unavailable"),
    [
        ("hibari", ["hibari"]),
        ("onnxruntime", ["hibari"]),
        ("faster_whisper", ["whisper-base"]),
        ("PIL", ["inspector"]),
        ("pypdfium2", ["inspector"]),
    ],
)
def test_each_local_engine_is_missing_by_itself(monkeypatch, lacking, unavailable):
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == lacking else True)
    install_hint.cache_clear()
    local = provider(wire="local", needs_key=False, environment="")
    names = ("hibari", "espeak-ng", "whisper-base", "inspector", "")
    try:
        states = [name for name in names if readiness(local, name).state is ReadinessState.UNAVAILABLE]
    finally:
        install_hint.cache_clear()
    assert states == unavailable


def test_weights_are_missed_and_found_while_the_server_runs(monkeypatch, models_folder):
    monkeypatch.setattr(installed, "find_spec", lambda name: True)
    install_hint.cache_clear()
    local = provider(wire="local", needs_key=False, environment="")
    try:
        before = readiness(local, "whisper-small")
        install_empty(models_folder, "whisper-small")
        after = readiness(local, "whisper-small")
    finally:
        install_hint.cache_clear()
    assert before.state is ReadinessState.UNAVAILABLE
    assert before.help == "The local engine is not installed: manage.py install_model whisper-small"
    assert after.ready
