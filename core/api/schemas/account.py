"""`GET key` and `credits`."""

from __future__ import annotations

from pydantic import Field

from core.api.schemas.base import Schema


class Budget(Schema):
    budget_id: str
    limit_usd: float
    spend_usd: float
    remaining_usd: float
    reset_interval: str | None
    scope: str


class Key(Schema):
    label: str
    limit: float | None
    limit_remaining: float | None
    limit_reset: str | None
    usage: float
    usage_daily: float
    usage_weekly: float
    usage_monthly: float
    budgets: list[Budget]
    effective_budget: Budget | None
    expires_at: str | None


class KeyData(Schema):
    data: Key


class Credits(Schema):
    total_credits: float
    total_usage: float
    unlimited: bool = Field(description="True without a budget; `total_credits` is then what was spent.")


class CreditsData(Schema):
    data: Credits
