"""`GET key` and `credits`: limits, budgets and spending of the caller."""

from __future__ import annotations

import pytest

from core.api.schemas.account import CreditsData, KeyData
from core.models import ApiKey, Budget

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
