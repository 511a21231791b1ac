"""Keys, credits and generations: each caller sees their own and nobody else's."""

from __future__ import annotations

import pytest

from core.access import keys
from core.api.schemas.resources import CreditsData, GenerationData, KeyData
from core.models import ApiKey, Budget
from tests.core.api.conftest import make_model

ASK = {"model": "lab/alto", "input": "Hello there"}
COST = 0.00011


@pytest.fixture
def spoken(live, key, model) -> str:
    """The id of a generation of Alice's."""
    return live.post("/audio/speech", key, json=ASK).headers["x-generation-id"]


def test_a_key_without_limits(live, key, model):
    found = live.get("/key", key).json()
    KeyData.model_validate(found)
    data = found["data"]
    assert (data["label"], data["limit"], data["limit_remaining"], data["usage"]) == ("laptop", None, None, 0)
    assert (data["budgets"], data["effective_budget"], data["expires_at"]) == ([], None, None)


def test_a_key_under_several_budgets(live, key, alice, team, spoken):
    Budget.objects.create(api_key=ApiKey.objects.get(), limit="1", window="month")
    Budget.objects.create(user=alice, limit="0.5")
    Budget.objects.create(team=team, limit="9")
    Budget.objects.create(limit="99", window="day")
    data = live.get("/key", key).json()["data"]
    assert [entry["scope"] for entry in data["budgets"]] == ["api_key", "member", "workspace", "everyone"]
    assert (data["limit"], data["limit_reset"]) == (1, "monthly")
    assert data["effective_budget"]["scope"] == "member"
    assert [data[f"usage{window}"] for window in ("", "_daily", "_weekly", "_monthly")] == [COST] * 4


def test_credits_without_a_budget_say_so(live, key, spoken):
    found = live.get("/credits", key).json()
    CreditsData.model_validate(found)
    assert found["data"] == {"total_credits": COST, "total_usage": COST, "unlimited": True}


def test_credits_within_a_budget(live, key, alice, model):
    Budget.objects.create(user=alice, limit="2")
    live.post("/audio/speech", key, json=ASK)
    found = live.get("/credits", key).json()["data"]
    assert found == {"total_credits": pytest.approx(2), "total_usage": COST, "unlimited": False}


def test_a_generation_is_told_to_its_owner(live, key, spoken):
    found = live.get("/generation", key, params={"id": spoken}).json()
    GenerationData.model_validate(found)
    data = found["data"]
    assert (data["id"], data["api_type"], data["model"]) == (spoken, "tts", "lab/alto")
    assert (data["provider_name"], data["cancelled"], data["streamed"]) == ("Lab", False, True)
    assert (data["total_cost"], data["basis"], data["outcome"]) == (COST, "computed", "completed")
    assert data["units"]["text_in.character"] == len(ASK["input"])
    assert [entry["outcome"] for entry in data["provider_responses"]] == ["completed"]
    assert "Hello" not in str(found)


def test_an_unpriced_generation_has_no_cost(live, key, lab):
    make_model(lab, "lab/alto", price=None)
    spoken = live.post("/audio/speech", key, json=ASK).headers["x-generation-id"]
    data = live.get("/generation", key, params={"id": spoken}).json()["data"]
    assert (data["total_cost"], data["basis"]) == (None, "unpriced")


def test_nobody_else_is_told(live, spoken, bob, charlie):
    for person in (bob, charlie):
        theirs, _ = keys.issue(person)
        answer = live.get("/generation", theirs, params={"id": spoken})
        assert (answer.status_code, spoken in answer.text) == (404, False)
        assert live.get("/key", theirs).json()["data"]["usage"] == 0
        assert live.get("/credits", theirs).json()["data"]["total_usage"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"id": ""}, 400),
        ({"id": "gen-nothing"}, 404),
        ({"id": "x" * 9000}, 404),
        ({"id": "\0"}, 400),
    ],
)
def test_a_generation_that_is_not_there(live, key, model, query, status):
    answer = live.get("/generation", key, params=query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, "id")
