"""Money as the API tells it: numbers in USD, null where a price is not known."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.access import snapshot as access
from core.catalogue import snapshot as catalogue
from core.contract.requests import Caller
from core.contract.tasks import Task
from core.ledger.reports import BudgetStatus, Spending, budget_statuses
from core.models import Attempt, UsageRecord

API_TYPES = {
    "speech": "tts",
    "transcription": "stt",
    "translation": "stt",
    "chat": "completions",
    "image": "image",
    "embedding": "embeddings",
}
READ = ("text_in.token", "audio_in.token", "image_in.token", "video_in.token", "file_in.token")
WRITTEN = ("text_out.token", "audio_out.token", "image_out.token")
INTERVALS = {"day": "daily", "week": "weekly", "month": "monthly"}
SCOPES = {"key": "api_key", "user": "member", "team": "workspace", "all": "everyone"}


def spending_object(spending: Spending) -> dict[str, Decimal]:
    return {
        "usage": spending.total,
        "usage_daily": spending.day,
        "usage_weekly": spending.week,
        "usage_monthly": spending.month,
    }


def budget_objects(who: Caller) -> list[dict[str, Any]]:
    """Every budget a request of this caller draws on, the key's own first. Blocking."""
    seen = access.current()
    team = seen.users[who.user_id].team_id
    owners = (("key", who.key_id), ("user", who.user_id), ("team", team), ("all", None))
    return [
        budget_object(standing, SCOPES[owner[0]])
        for owner in owners
        if owner == ("all", None) or owner[1] is not None
        for standing in budget_statuses(seen.budgets.get(owner, ()))
    ]


def budget_object(standing: BudgetStatus, scope: str) -> dict[str, Any]:
    return {
        "budget_id": str(standing.id),
        "guardrail_id": None,
        "include_byok": False,
        "limit_usd": standing.limit,
        "spend_usd": standing.spent,
        "remaining_usd": standing.remaining,
        "reset_interval": INTERVALS.get(standing.window),
        "resets_at": standing.resets_at,
        "scope": scope,
    }


def generation_object(record: UsageRecord, attempts: list[Attempt]) -> dict[str, Any]:
    """A usage record in OpenRouter's shape; what we do not keep is null."""
    units = record.units
    return {
        "id": record.public_id,
        "api_type": API_TYPES.get(record.task, record.task),
        "model": record.model,
        "provider_name": provider_name(record.provider),
        "created_at": record.created_at,
        "streamed": record.streamed,
        "cancelled": record.outcome == "stopped",
        "latency": record.first_event_ms,
        "generation_time": record.total_ms,
        "finish_reason": finish_reason(record),
        "native_finish_reason": record.error or None,
        "tokens_prompt": whole(units, *READ),
        "tokens_completion": whole(units, *WRITTEN),
        "native_tokens_prompt": whole(units, *READ),
        "native_tokens_completion": whole(units, *WRITTEN),
        "native_tokens_completion_images": whole(units, "image_out.token"),
        "native_tokens_reasoning": whole(units, "reasoning_out.token"),
        "native_tokens_cached": whole(units, "cached_in.token", "cached_audio_in.token"),
        "num_media_prompt": whole(units, "image_in.image"),
        "num_media_completion": whole(units, "image_out.image"),
        "num_input_audio_prompt": None,
        "num_search_results": None,
        "num_fetches": None,
        "total_cost": record.cost,
        "usage": record.cost,
        "upstream_inference_cost": record.reported_cost,
        "cache_discount": None,
        "is_byok": False,
        "upstream_id": None,
        "provider_responses": [response_object(attempt) for attempt in attempts],
        "response_cache_source_id": None,
        "moderation_latency": None,
        "origin": record.source,
        "http_referer": None,
        "user_agent": None,
        "app_id": None,
        "external_user": None,
        "router": None,
        "service_tier": None,
        "session_id": None,
        "request_id": None,
        "preset_id": None,
        "data_region": "global",
        "web_search_engine": None,
        "workspace_id": None,
        "units": units,
        "basis": record.basis or None,
        "outcome": record.outcome,
        "format": record.format or None,
    }


def finish_reason(record: UsageRecord) -> str | None:
    """`error` for a conversation that failed; why another one ended is told in its answer and not kept.

    For other tasks how the request ended.
    """
    if record.task != Task.CHAT:
        return record.outcome or None
    return "error" if record.outcome in ("failed", "partial", "interrupted") else None


def response_object(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": f"{attempt.record}-{attempt.number}",
        "endpoint_id": str(attempt.endpoint_id) if attempt.endpoint_id else None,
        "provider_name": provider_name(attempt.provider),
        "model_permaslug": attempt.model,
        "status": attempt.status or (200 if attempt.outcome == "completed" else None),
        "latency": attempt.first_event_ms,
        "is_byok": False,
        "outcome": attempt.outcome,
        "reason": attempt.reason or None,
        "cost": attempt.cost,
        "basis": attempt.basis or None,
    }


def provider_name(slug: str) -> str | None:
    """As people call it; a provider that is gone keeps its slug."""
    entry = catalogue.current().providers.get(slug)
    return entry.name if entry else slug or None


def whole(units: Mapping[str, Any], *names: str) -> int | None:
    """The sum of what is there of `names`; None when nothing is."""
    found = [Decimal(str(units[name])) for name in names if name in units]
    return int(sum(found)) if found else None
