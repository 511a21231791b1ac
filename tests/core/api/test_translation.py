"""Sound in any language, text in English: by two models where no one model can."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.access import keys
from core.models import Attempt, Endpoint, Price, Provider, UsageRecord
from tests.core.api.conftest import make_model
from tests.core.api.transcription_helpers import assert_error, send
from tests.fakes.transcription import TEXT


@pytest.fixture
def rehearsed(lab):
    """`lab/deaf` only writes down; `rehearsal/echo` is a chat model that tells back what it is told."""
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


def test_a_translation_by_two_models_says_so_and_costs_two_lines(live, key, rehearsed):
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


def test_a_key_that_may_not_use_the_translator_is_told_before_anything_is_sent(
    live, alice, rehearsed, provider
):
    secret, _ = keys.issue(alice, name="narrow", allowed_models=["lab/deaf"])
    answer = send(live, secret, path="/audio/translations", model="lab/deaf")
    assert_error(answer, 403, "model_not_allowed", "model")
    assert provider.requests == []
