"""Models for the clients of both: OpenAI's four fields inside OpenRouter's object."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import Readiness, readiness
from core.contract.usage import Kind, Price, Unit
from core.ledger import statistics
from core.ledger.statistics import NOT_USED, Percentiles

PRICE_NAMES = {
    (Kind.TEXT_IN, Unit.TOKEN): "prompt",
    (Kind.TEXT_OUT, Unit.TOKEN): "completion",
    (Kind.CACHED_IN, Unit.TOKEN): "input_cache_read",
    (Kind.REASONING_OUT, Unit.TOKEN): "internal_reasoning",
    (Kind.AUDIO_IN, Unit.TOKEN): "audio",
    (Kind.AUDIO_OUT, Unit.TOKEN): "audio_output",
    (Kind.CACHED_AUDIO_IN, Unit.TOKEN): "input_audio_cache",
    (Kind.IMAGE_IN, Unit.IMAGE): "image",
    (Kind.IMAGE_IN, Unit.TOKEN): "image_token",
    (Kind.IMAGE_OUT, Unit.TOKEN): "image_output",
    (Kind.REQUEST, Unit.REQUEST): "request",
}
"""OpenRouter's names of prices; others are called by kind and unit, as in `text_in_character`."""

UNKNOWN = "-1"
"""An unknown price, where the schema requires a string: 0 would mean free."""

OPENROUTER_PARAMETERS = frozenset({"response_format", "temperature", "tools"})
"""Those of our features that are in OpenRouter's fixed list of parameters."""


def model_object(model: ModelEntry) -> dict[str, Any]:
    """`Model` of the schemas; `ready` says whether a call would be attempted now."""
    best = best_endpoint(model)
    return {
        "id": model.slug,
        "object": "model",
        "created": created(model),
        "owned_by": model.author or model.slug.partition("/")[0],
        "canonical_slug": model.slug,
        "name": model.name,
        "description": model.description,
        "context_length": model.context_length,
        "architecture": architecture(model),
        "pricing": pricing(best.known_prices if best else ()),
        "prices": price_lines(best.known_prices if best else ()),
        "top_provider": {
            "context_length": model.context_length,
            "max_completion_tokens": model.max_output,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": parameters(model),
        "default_parameters": None,
        "supported_voices": [voice.id for voice in model.voices] or None,
        "expiration_date": model.shutdown_at.isoformat() if model.shutdown_at else None,
        "knowledge_cutoff": None,
        "hugging_face_id": None,
        "links": {"details": f"/api/v1/models/{model.slug}/endpoints"},
        "tasks": list(model.tasks),
        "features": features(model),
        "formats": list(model.formats),
        "languages": list(model.languages),
        "limits": dict(model.limits),
        "replacement": model.replacement or None,
        "ready": best is not None and readiness(best.provider).ready,
    }


def endpoint_object(model: ModelEntry, endpoint: EndpointEntry) -> dict[str, Any]:
    """One endpoint of a model; uptime and percentiles are null where nothing was measured."""
    state = readiness(endpoint.provider)
    tools = "tools" in model.features
    return {
        "name": f"{endpoint.provider.name} | {model.slug}",
        "model_id": model.slug,
        "model_name": model.name,
        "provider_name": endpoint.provider.name,
        "tag": endpoint.provider.slug,
        "context_length": model.context_length or 0,
        "max_completion_tokens": model.max_output,
        "max_prompt_tokens": None,
        "pricing": pricing(endpoint.known_prices),
        "prices": price_lines(endpoint.known_prices),
        "quantization": None,
        "service_tier": None,
        "supported_parameters": parameters(model),
        "supports_diarization": "diarization" in model.features,
        "supports_implicit_caching": False,
        "supports_tool_choice": dict.fromkeys(("auto", "function", "none", "required"), tools),
        "native_tools": {},
        **measures(endpoint),
        "status": 0 if state.ready else -1,
        "status_help": state.help,
    }


def measures(endpoint: EndpointEntry) -> dict[str, Any]:
    """What its attempts came to; those of 30 minutes in exactly OpenRouter's percentiles."""
    known = statistics.current(endpoint.id) or NOT_USED
    return {
        "latency_last_30m": percentiles(known.half_hour.latency),
        "throughput_last_30m": percentiles(known.half_hour.tokens),
        "uptime_last_5m": known.five_minutes.uptime,
        "uptime_last_30m": known.half_hour.uptime,
        "uptime_last_1d": known.day.uptime,
        "latency_last_1d": percentiles(known.day.latency, "p95"),
        "throughput_last_1d": percentiles(known.day.tokens, "p95"),
        "audio_throughput_last_1d": percentiles(known.day.audio, "p95"),
    }


def percentiles(found: Percentiles | None, *more: str) -> dict[str, float] | None:
    names = sorted(("p50", "p75", "p90", "p99", *more))
    return {name: getattr(found, name) for name in names} if found else None


def endpoints_object(model: ModelEntry) -> dict[str, Any]:
    return {
        "id": model.slug,
        "name": model.name,
        "created": created(model),
        "description": model.description,
        "architecture": architecture(model),
        "endpoints": [endpoint_object(model, endpoint) for endpoint in model.endpoints if endpoint.visible],
    }


def voice_objects(models: Iterable[ModelEntry]) -> list[dict[str, Any]]:
    return [
        {
            "id": voice.id,
            "name": voice.name,
            "model": model.slug,
            "language": voice.language or None,
            "gender": voice.gender or None,
            "description": voice.description,
        }
        for model in models
        for voice in model.voices
    ]


def best_endpoint(model: ModelEntry) -> EndpointEntry | None:
    """The endpoint that would be called first: the first ready one, else the first enabled one."""
    visible = [endpoint for endpoint in model.endpoints if endpoint.visible]
    return next((endpoint for endpoint in visible if ready(endpoint).ready), visible[0] if visible else None)


def ready(endpoint: EndpointEntry) -> Readiness:
    return readiness(endpoint.provider)


def created(model: ModelEntry) -> int:
    """Unix time of the release where it is known, else of the row's creation."""
    if model.released_at is None:
        return int(model.created_at.timestamp())
    return int(datetime.combine(model.released_at, time(), UTC).timestamp())


def architecture(model: ModelEntry) -> dict[str, Any]:
    return {
        "modality": f"{'+'.join(model.input_modalities)}->{'+'.join(model.output_modalities)}",
        "input_modalities": list(model.input_modalities),
        "output_modalities": list(model.output_modalities),
        "tokenizer": "Other",
        "instruct_type": None,
    }


def pricing(prices: Iterable[Price]) -> dict[str, str]:
    """Strings in USD per unit. `prompt` and `completion` are required: 0 when billed otherwise or free."""
    lines = {line_name(price): f"{price.usd_per_unit:f}" for price in prices if not price.condition}
    missing = "0" if lines else UNKNOWN
    return {"prompt": missing, "completion": missing, **lines}


def line_name(price: Price) -> str:
    return PRICE_NAMES.get((price.kind, price.unit), f"{price.kind}_{price.unit}")


def price_lines(prices: Iterable[Price]) -> list[dict[str, Any]]:
    """Every price, including those with conditions."""
    return [
        {
            "kind": price.kind,
            "unit": price.unit,
            "usd_per_unit": f"{price.usd_per_unit:f}",
            "condition": dict(price.condition),
        }
        for price in prices
    ]


def features(model: ModelEntry) -> list[str]:
    """Everything a caller may set, by the request's field names, and the model's other abilities."""
    formats = {"response_format"} if model.formats else set()
    voice = {"voice"} if model.voices else set()
    return sorted(formats | voice | model.features)


def parameters(model: ModelEntry) -> list[str]:
    """Those features that are parameters of OpenRouter's API."""
    return [name for name in features(model) if name in OPENROUTER_PARAMETERS]
