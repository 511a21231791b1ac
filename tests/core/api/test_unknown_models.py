"""Models that the catalogue lacks, at a provider where an admin lets them through."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.models import AIModel, ApiKey, Budget, Endpoint, Price, Provider, UsageRecord
from tests.core.api.conftest import make_provider
from tests.core.api.transcription_helpers import PATH, WAV
from tests.fakes import scenarios

SAY = {"model": "lab/ok", "input": "Hello there"}
CHAT = {"model": "lab/chat", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def open_lab(lab) -> Provider:
    lab.unknown_models = True
    lab.save()
    return lab


def transcribe(live, key, model: str):
    return live.post(PATH, key, data={"model": model}, files={"file": ("speech.wav", WAV)})


def booked() -> list[tuple[str, str, str, object, str]]:
    fields = ("task", "model", "provider", "cost", "basis")
    return list(UsageRecord.objects.order_by("pk").values_list(*fields))


def test_off_as_it_is_by_default_they_are_not_found(live, key, lab, provider):
    answer = live.post("/audio/speech", key, json=SAY)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "There is no model named 'lab/ok'."
    assert (provider.requests, booked()) == ([], [])


def test_speech_passes_through_unpriced(live, key, open_lab, provider):
    answer = live.post(
        "/audio/speech", key, json={**SAY, "voice": "zoe", "speed": 1.5, "instructions": "Low"}
    )
    assert (answer.status_code, answer.headers["x-polyphony-model"]) == (200, "lab/ok")
    sent = provider.requests[0].json
    assert [sent[name] for name in ("model", "input", "voice", "speed", "instructions")] == [
        "ok",
        "Hello there",
        "zoe",
        1.5,
        "Low",
    ]
    assert booked() == [("speech", "lab/ok", "lab", None, "unpriced")]
    shown = live.get(f"/generation?id={UsageRecord.objects.get().public_id}", key).json()["data"]
    assert (shown["model"], shown["total_cost"]) == ("lab/ok", None)


def test_chat_and_transcription_pass_through_for_the_task_of_their_endpoint(live, key, open_lab, provider):
    answer = live.post("/chat/completions", key, json=CHAT)
    assert (answer.status_code, answer.json()["model"]) == (200, "lab/chat")
    assert transcribe(live, key, "lab/whisper").status_code == 200
    assert [seen.asked["model"] for seen in provider.requests] == ["chat", "whisper"]
    assert booked() == [
        ("chat", "lab/chat", "lab", None, "unpriced"),
        ("transcription", "lab/whisper", "lab", None, "unpriced"),
    ]


def test_an_id_may_have_an_author_of_its_own(live, key, open_lab, provider):
    live.post("/audio/speech", key, json={**SAY, "model": "lab/acme/ok"})
    assert provider.requests[0].json["model"] == "acme/ok"


@pytest.mark.parametrize(
    "name",
    ["lab", "lab/", "lab/../files", "lab/./x", "lab/...", "lab/a b", "lab/a?b", "lab//x", "LAB/ok", "ok"],
)
def test_what_is_no_id_of_the_provider_is_not_found(live, key, open_lab, provider, name):
    assert live.post("/audio/speech", key, json={**SAY, "model": name}).status_code == 404
    assert provider.requests == []


def test_the_ids_of_known_models_get_round_nothing(live, key, open_lab, provider, model):
    """Not its price, nor that an admin has switched it off."""
    Endpoint.objects.update(upstream_id="Alto-1")
    for name in ("lab/Alto-1", "lab/alto-1"):
        assert live.post("/audio/speech", key, json={**SAY, "model": name}).status_code == 404
    AIModel.objects.update(enabled=False)
    answer = live.post("/audio/speech", key, json={**SAY, "model": "lab/alto"})
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
        404,
        "model_disabled",
    )
    assert (provider.requests, booked()) == ([], [])


def test_a_provider_that_is_switched_off_takes_none(live, key, open_lab, provider):
    Provider.objects.update(enabled=False)
    assert live.post("/audio/speech", key, json=SAY).status_code == 404
    assert provider.requests == []


def test_one_provider_does_not_open_another(live, key, open_lab, other_provider):
    make_provider("shut", other_provider.url)
    assert live.post("/audio/speech", key, json={**SAY, "model": "shut/ok"}).status_code == 404
    assert other_provider.requests == []


def test_they_are_not_listed(live, key, open_lab, model):
    live.post("/audio/speech", key, json=SAY)
    assert [row["id"] for row in live.get("/models", key).json()["data"]] == ["lab/alto"]
    assert live.get("/models/lab/ok", key).status_code == 404


def test_a_budgeted_caller_is_refused_as_for_any_unpriced_model(live, key, open_lab, model, alice, provider):
    Budget.objects.create(user=alice, limit=Decimal("5"))
    Price.objects.all().delete()
    answers = [live.post("/audio/speech", key, json={**SAY, "model": name}) for name in ("lab/x", "lab/alto")]
    assert [answer.status_code for answer in answers] == [403, 403]
    codes = [answer.json()["error"]["metadata"]["provider_code"] for answer in answers]
    assert (codes, provider.requests, booked()) == (["unpriced_model"] * 2, [], [])


def test_a_key_needs_the_name_among_its_models(live, key, open_lab, provider):
    ApiKey.objects.update(allowed_models=["lab/alto"])
    assert live.post("/audio/speech", key, json=SAY).status_code == 403
    assert provider.requests == []


def test_what_the_provider_refuses_is_refused(live, key, open_lab, provider):
    provider.script("ok", scenarios.status(404))
    answer = live.post("/audio/speech", key, json=SAY)
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_name"]) == (404, "Lab")


def test_one_that_fails_makes_no_other_rest(live, key, open_lab, provider):
    for _ in range(4):
        assert live.post("/audio/speech", key, json={**SAY, "model": "lab/failing"}).status_code == 502
    asked = len(provider.requests)
    assert live.post("/audio/speech", key, json=SAY).status_code == 200
    assert len(provider.requests) == asked + 1
