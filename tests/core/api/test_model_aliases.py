"""A model that an admin has answered for by its replacement."""

from __future__ import annotations

from datetime import date

import pytest

from core.models import AIModel, ApiKey, UsageRecord
from tests.core.api.conftest import make_model

ASK = {"model": "lab/old", "input": "Hello there"}


@pytest.fixture
def old(lab, model) -> AIModel:
    return make_model(
        lab, "lab/old", upstream="old", shutdown_at=date(2026, 1, 1), replacement="lab/alto", price="0.5"
    )


def test_without_it_the_replacement_is_named(live, key, old):
    answer = live.post("/audio/speech", key, json=ASK)
    error = answer.json()["error"]
    assert (answer.status_code, error["metadata"]["replacement"]) == (404, "lab/alto")
    assert not UsageRecord.objects.exists()


def test_the_replacement_answers_and_is_booked(live, key, old, provider):
    AIModel.objects.filter(pk=old.pk).update(use_replacement=True)
    answer = live.post("/audio/speech", key, json=ASK)
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, "lab/alto")
    assert provider.requests[0].json["model"] == "ok"
    record = UsageRecord.objects.get()
    assert (record.model, float(record.cost)) == ("lab/alto", 0.00011)
    assert live.get("/models/lab/old", key).json()["id"] == "lab/alto"
    assert "lab/old" not in [entry["id"] for entry in live.get("/models", key).json()["data"]]


def test_a_key_needs_the_replacement_among_its_models(live, key, old):
    AIModel.objects.filter(pk=old.pk).update(use_replacement=True)
    ApiKey.objects.update(allowed_models=["lab/old"])
    answer = live.post("/audio/speech", key, json=ASK)
    assert (answer.status_code, UsageRecord.objects.exists()) == (403, False)
