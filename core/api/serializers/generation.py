"""A usage record in the format of OpenRouter's `GET generation`; costs are numbers in USD."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.catalogue import snapshot as catalogue
from core.contract.tasks import FACTS
from core.models import Attempt, UsageRecord

INPUT_TOKENS = ("text_in.token", "audio_in.token", "image_in.token", "video_in.token", "file_in.token")
OUTPUT_TOKENS = ("text_out.token", "audio_out.token", "image_out.token")
NOT_STORED = (
    "num_input_audio_prompt",
    "num_search_results",
    "num_fetches",
    "cache_discount",
    "moderation_latency",
    "http_referer",
    "user_agent",
    "app_id",
    "external_user",
    "router",
    "service_tier",
    "session_id",
    "request_id",
    "preset_id",
    "web_search_engine",
    "workspace_id",
)
"""Fields of OpenRouter's object that are always null here."""


def outcome(record: UsageRecord) -> str | None:
    """How the request ended."""
    return record.outcome or None


def chat_finish_reason(record: UsageRecord, last: Attempt) -> str | None:
    """Why the last attempt's answer ended; `error` for a chat that failed without a reason."""
    failed = record.outcome in ("failed", "partial", "interrupted")
    return last.finish_reason or ("error" if failed else None)


def generation_object(record: UsageRecord, attempts: list[Attempt]) -> dict[str, Any]:
    """`Generation` of the schemas, with OpenRouter's further fields; what is not stored is null.

    Raises `UnknownTask` for a record of a task without a row.
    """
    facts = FACTS[record.task]
    last = attempts[-1] if attempts else Attempt()
    finish = chat_finish_reason(record, last) if facts.has_finish_reason else outcome(record)
    return {
        "id": record.public_id,
        "api_type": facts.api_type,
        "model": record.model,
        "provider_name": provider_name(record.provider),
        "created_at": record.created_at,
        "streamed": record.streamed,
        "cancelled": record.outcome == "stopped",
        "latency": record.first_event_ms,
        "generation_time": record.total_ms,
        "finish_reason": finish,
        "native_finish_reason": last.native_finish_reason or record.error or finish,
        "upstream_id": last.upstream_id,
        **token_counts(record.units),
        "total_cost": record.cost,
        "usage": record.cost,
        "upstream_inference_cost": record.reported_cost,
        "is_byok": False,
        "provider_responses": [response_object(attempt) for attempt in attempts],
        "origin": record.source,
        "data_region": "global",
        "response_cache_source_id": record.cached_from,
        **dict.fromkeys(NOT_STORED),
        "units": record.units,
        "basis": record.basis or None,
        "outcome": record.outcome,
        "format": record.format or None,
        "conversions": record.conversions or [],
        "voice": record.voice,
        "skipped_models": record.skipped_models or [],
    }


def token_counts(units: Mapping[str, Any]) -> dict[str, int | None]:
    """Tokens and media of a request and its answer; the native counts are the same."""
    prompt, completion = token_count(units, *INPUT_TOKENS), token_count(units, *OUTPUT_TOKENS)
    return {
        "tokens_prompt": prompt,
        "tokens_completion": completion,
        "native_tokens_prompt": prompt,
        "native_tokens_completion": completion,
        "native_tokens_completion_images": token_count(units, "image_out.token"),
        "native_tokens_reasoning": token_count(units, "reasoning_out.token"),
        "native_tokens_cached": token_count(units, "cached_in.token", "cached_audio_in.token"),
        "num_media_prompt": token_count(units, "image_in.image"),
        "num_media_completion": token_count(units, "image_out.image"),
    }


def response_object(attempt: Attempt) -> dict[str, Any]:
    """One provider call."""
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
        "duration": attempt.duration_ms,
        "cost": attempt.cost,
        "basis": attempt.basis or None,
    }


def provider_name(slug: str) -> str | None:
    """The provider's display name; its slug where it has been deleted."""
    entry = catalogue.current().providers.get(slug)
    return entry.name if entry else slug or None


def token_count(units: Mapping[str, Any], *names: str) -> int | None:
    """The sum of the units called `names`; None when the record has none of them."""
    found = [Decimal(str(units[name])) for name in names if name in units]
    return int(sum(found)) if found else None
