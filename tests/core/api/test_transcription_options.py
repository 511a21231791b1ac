"""Transcription options that only some models and servers support."""

from __future__ import annotations

import json

import pytest

from core.catalogue.routes import targets
from core.models import Attempt, Endpoint
from tests.core.api.conftest import make_provider
from tests.core.api.transcription_helpers import WAV, assert_error, make_transcription_model, send
from tests.fakes.transcription import SECONDS, TEXT, token

TOKENS = [token(word) for word in TEXT.split()]


@pytest.fixture
def sure(lab):
    """`lab/ear`, which can tell how sure it is."""
    return make_transcription_model(
        lab, features=["language", "streaming", "logprobs"], formats=["json", "text"]
    )


@pytest.mark.parametrize("name", ["include", "include[]", "include[0]"])
def test_requested_logprobs_are_in_the_transcript(live, key, sure, provider, name):
    found = send(live, key, **{name: "logprobs"}).json()
    assert (found["text"], found["logprobs"]) == (TEXT, TOKENS)
    assert [value for field, value in provider.requests[0].form if field == "include[]"] == ["logprobs"]


def test_logprobs_are_absent_unless_requested(live, key, sure, provider):
    assert "logprobs" not in send(live, key).json()
    assert "include[]" not in dict(provider.requests[0].form)


def test_logprobs_are_in_the_events(live, key, sure):
    frames = send(live, key, stream="true", **{"include[]": "logprobs"}).text.split("\n\n")[:-2]
    *deltas, done = [json.loads(frame.removeprefix("data: ")) for frame in frames]
    assert [delta["logprobs"] for delta in deltas] == [[one] for one in TOKENS]
    assert (done["type"], done["text"], done["logprobs"]) == ("transcript.text.done", TEXT, TOKENS)


def test_a_model_without_logprobs_names_models_that_have_them(live, key, lab, provider):
    make_transcription_model(lab)
    make_transcription_model(lab, slug="lab/able", features=["logprobs"])
    answer = send(live, key, include="logprobs")
    assert_error(answer, 400, "unsupported_parameter", "include")
    assert answer.json()["error"]["message"].endswith("Models that can: lab/able.")
    assert provider.requests == []


def test_logprobs_are_refused_in_other_formats(live, key, sure, provider):
    assert_error(
        send(live, key, include="logprobs", response_format="text"), 400, "unsupported_value", "include"
    )
    assert provider.requests == []


WISHES = {"num_speakers": "2", "tag_audio_events": "true", "enable_logging": "false"}


@pytest.mark.parametrize("known", [[], ["num_speakers"], [*WISHES]])
def test_options_reach_the_servers_that_support_them(live, key, lab, provider, known):
    endpoint = Endpoint.objects.get(model=make_transcription_model(lab))
    endpoint.options = {"hints": known}
    endpoint.save()
    assert send(live, key, WAV, **WISHES).status_code == 200
    sent = dict(provider.requests[0].form)
    assert {name: sent[name] for name in WISHES if name in sent} == {name: WISHES[name] for name in known}


def test_a_silent_provider_is_replaced_by_the_next(live, key, lab, provider, monkeypatch):
    monkeypatch.setattr(targets, "FIRST_EVENT_SECONDS", 0.3 - SECONDS)
    model = make_transcription_model(lab, upstream="nothing")
    other = make_provider("other", provider.url)
    second = Endpoint.objects.create(model=model, provider=other, upstream_id="whisper", priority=1000)
    answer = send(live, key)
    assert (answer.status_code, answer.json()["text"]) == (200, TEXT)
    assert answer.headers["x-polyphony-provider"] == second.provider.name
    first, last = Attempt.objects.order_by("number")
    assert (first.outcome, last.outcome) == ("failed", "completed")
