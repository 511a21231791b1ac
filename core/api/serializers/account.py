"""Keys, budgets and credits: amounts are numbers in USD."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.access import snapshot as access
from core.contract.requests import Caller
from core.ledger import reports
from core.ledger.reports import BudgetStatus, Spending, budget_statuses
from core.models import ApiKey

INTERVALS = {"day": "daily", "week": "weekly", "month": "monthly"}
SCOPES = {"key": "api_key", "user": "member", "team": "workspace", "all": "everyone"}
"""OpenRouter's name of the scope, by the kind of a budget's owner."""


def key_object(caller: Caller) -> dict[str, Any]:
    """`Key` of the schemas, with OpenRouter's further fields. Blocking."""
    row = ApiKey.objects.get(pk=caller.key_id)
    budgets = budget_objects(caller)
    own = [budget for budget in budgets if budget["scope"] == "api_key"]
    tightest = min(budgets, key=lambda budget: budget["remaining_usd"], default=None)
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
        "effective_budget": tightest,
        "free_model_daily_requests": {"limit": 0, "remaining": 0, "used": 0},
        "rate_limit": {
            "requests": row.requests_per_minute or -1,
            "interval": "1m",
            "note": "-1: this key has no limit of its own.",
        },
        "expires_at": row.expires_at,
    }


def credits_object(caller: Caller) -> dict[str, Any]:
    """`Credits` of the schemas; without a budget `total_credits` is what was spent. Blocking."""
    spent = reports.spending(users=[caller.user_id]).total
    remaining = [budget["remaining_usd"] for budget in budget_objects(caller)]
    return {
        "total_credits": spent + min(remaining, default=0),
        "total_usage": spent,
        "unlimited": not remaining,
    }


def spending_object(spending: Spending) -> dict[str, Decimal]:
    return {
        "usage": spending.total,
        "usage_daily": spending.day,
        "usage_weekly": spending.week,
        "usage_monthly": spending.month,
    }


def budget_objects(caller: Caller) -> list[dict[str, Any]]:
    """Every budget that a request of this caller counts against, the key's own first. Blocking."""
    snapshot = access.current()
    team = snapshot.users[caller.user_id].team_id
    owners = (("key", caller.key_id), ("user", caller.user_id), ("team", team), ("all", None))
    return [
        budget_object(status, SCOPES[owner[0]])
        for owner in owners
        if owner == ("all", None) or owner[1] is not None
        for status in budget_statuses(snapshot.budgets.get(owner, ()))
    ]


def budget_object(status: BudgetStatus, scope: str) -> dict[str, Any]:
    return {
        "budget_id": str(status.id),
        "guardrail_id": None,
        "include_byok": False,
        "limit_usd": status.limit,
        "spend_usd": status.spent,
        "remaining_usd": status.remaining,
        "reset_interval": INTERVALS.get(status.window),
        "resets_at": status.resets_at,
        "scope": scope,
    }
