"""`GET key`, `credits` and `generation`: what the caller may spend, has spent, and did."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from core.api.http import query
from core.api.http.json_response import answer
from core.api.http.request import caller
from core.api.serializers.generation import budget_objects, generation_object, spending_object
from core.contract.errors import InvalidRequest, NotFound
from core.contract.requests import Caller
from core.ledger import reports
from core.models import ApiKey, Attempt, UsageRecord
from core.models.offload import offload

LONGEST_ID = 64


async def key(request: Request) -> Response:
    """The key that asks: its name, its limits, what it has spent."""
    return answer({"data": await offload(key_object, await caller(request))})


async def credits(request: Request) -> Response:
    """What the caller's budgets allow in all, and what they have spent."""
    return answer({"data": await offload(credits_object, await caller(request))})


async def generation(request: Request) -> Response:
    """One request's record, for the user who made it. Raises `NotFound` for all others alike."""
    who = await caller(request)
    public_id = query.text(request, "id")
    if not public_id:
        raise InvalidRequest("id is required.", param="id", code="missing_field")
    found = await offload(settled, who, public_id[:LONGEST_ID])
    if found is None:
        raise NotFound("There is no finished generation of yours with this id.", param="id")
    return answer({"data": generation_object(*found)})


def settled(who: Caller, public_id: str) -> tuple[UsageRecord, list[Attempt]] | None:
    found = reports.generation(public_id, [who.user_id])
    return None if found is None or found[0].state == "open" else found


def key_object(who: Caller) -> dict[str, Any]:
    row = ApiKey.objects.get(pk=who.key_id)
    budgets = budget_objects(who)
    own = [budget for budget in budgets if budget["scope"] == "api_key"]
    tight = min(budgets, key=lambda budget: budget["remaining_usd"], default=None)
    return {
        "label": row.name or str(row),
        "limit": own[0]["limit_usd"] if own else None,
        "limit_remaining": own[0]["remaining_usd"] if own else None,
        "limit_reset": own[0]["reset_interval"] if own else None,
        **spending_object(reports.spending(api_key=row.pk)),
        **dict.fromkeys(("byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"), 0),
        "include_byok_in_limit": False,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "creator_user_id": str(row.user_id),
        "organization_id": None,
        "workspace_id": None,
        "allowed_data_regions": ["global"],
        "budgets": budgets,
        "effective_budget": tight,
        "free_model_daily_requests": {"limit": 0, "remaining": 0, "used": 0},
        "rate_limit": {
            "requests": row.requests_per_minute or -1,
            "interval": "1m",
            "note": "-1: this key has no limit of its own.",
        },
        "expires_at": row.expires_at,
    }


def credits_object(who: Caller) -> dict[str, Any]:
    """Without a budget nothing limits the caller: what was granted is then told as what was spent."""
    spent = reports.spending(users=[who.user_id]).total
    left = [budget["remaining_usd"] for budget in budget_objects(who)]
    return {
        "total_credits": spent + min(left, default=0),
        "total_usage": spent,
        "unlimited": not left,
    }
