"""`POST audio/translations`: by one model, or by a transcription model and a chat model."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.access import keys
from core.models import Attempt, Endpoint, Price, Provider, UsageRecord
from tests.core.api.conftest import make_model
from tests.core.api.transcription_helpers import assert_error, make_transcription_model, send, settled_record
from tests.fakes.transcription import TEXT


@pytest.fixture
def rehearsed(lab):
    """`lab/deaf` only transcribes; `stage/echo` is a chat model that repeats the message."""
    ear = make_model(
        lab, "lab/deaf", "whisper", price=None, tasks=["transcription"], features=["segments"], limits={}
    )
    endpoint = Endpoint.objects.get(model=ear)
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit=Decimal("0.0001"))
    stage = Provider.objects.create(slug="stage", name="Stage", wire="rehearsal", needs_key=False)
    make_model(
        stage, "stage/echo", "rehearsal-chat", price=None, tasks=["chat"],
        input_modalities=["text"], output_modalities=["text"], features=["streaming"], formats=[], limits={},
    )  # fmt: skip
    echo = Endpoint.objects.get(model__slug="stage/echo")
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=echo, kind=kind, unit="token", usd_per_unit=Decimal("0.001"))


@pytest.fixture
def ear(lab):
    """`lab/ear`: words, segments, speakers; a ten-thousandth a second."""
    return make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])


def test_a_translation(live, key, ear, provider):
    found = send(live, key, path="/audio/translations", response_format="verbose_json").json()
    assert (found["task"], found["language"], found["text"]) == ("translate", "english", TEXT)
    assert provider.requests[0].path == "/v1/audio/translations"
    assert settled_record("completed").task == "translation"


def test_a_model_without_translation_names_models_that_translate(live, key, ear, lab):
    make_model(lab, "lab/deaf", tasks=["transcription"])
    answer = send(live, key, path="/audio/translations", model="lab/deaf")
    assert_error(answer, 400, "no_translator", "model")
    assert answer.json()["error"]["metadata"]["models"] == ["lab/ear"]


def test_a_translation_by_two_models_names_both_and_costs_both(live, key, rehearsed):
    answer = send(live, key, path="/audio/translations", model="lab/deaf", response_format="verbose_json")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["transcribed_by"], found["translated_by"]) == ("lab/deaf", "stage/echo")
    assert (found["task"], found["language"]) == ("translate", "english")
    assert found["text"] == TEXT
    assert [segment["text"] for segment in found["segments"]]
    assert answer.headers["x-polyphony-translator"] == "stage/echo"
    record = UsageRecord.objects.get()
    attempts = list(Attempt.objects.filter(record=record.public_id).order_by("number"))
    assert [(attempt.provider, attempt.outcome) for attempt in attempts] == [
        ("lab", "completed"),
        ("stage", "completed"),
    ]
    assert all(attempt.cost > 0 for attempt in attempts)
    assert record.cost == sum(attempt.cost for attempt in attempts)
    assert found["usage"]["cost"] == float(record.cost)


def test_a_key_without_the_translator_is_refused_before_anything_is_sent(live, alice, rehearsed, provider):
    secret, _ = keys.issue(alice, name="narrow", allowed_models=["lab/deaf"])
    answer = send(live, secret, path="/audio/translations", model="lab/deaf")
    assert_error(answer, 403, "model_not_allowed", "model")
    assert provider.requests == []
