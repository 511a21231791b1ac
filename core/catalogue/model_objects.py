"""The model as programs get it: OpenAI's object and OpenRouter's in one, strict enough for both clients.

Where neither knows a word for something (a price per character, a state) it stands under a key of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.listing import Listing, listing, price_sheet, shown_endpoints
from core.catalogue.readiness import State, readiness
from core.contract.requests import Task
from core.contract.usage import Price

UNKNOWN = "-1"
"""OpenRouter's own spelling of a required price that nobody can name; never "0"."""

PRICE_KEYS = {
    "text_in.token": "prompt",
    "text_out.token": "completion",
    "request.request": "request",
    "cached_in.token": "input_cache_read",
    "reasoning_out.token": "internal_reasoning",
    "audio_in.token": "audio",
    "audio_out.token": "audio_output",
    "cached_audio_in.token": "input_audio_cache",
    "image_in.token": "image_token",
    "image_in.image": "image",
    "image_out.image": "image_output",
    "image_out.token": "image_output_token",
    "text_in.character": "character",
    "audio_in.second": "second",
}
"""OpenRouter's keys; the last three are ours: per image token made, per character spoken, per second heard."""

PARAMETERS = {
    "tools": ("tools", "tool_choice"),
    "response_format": ("response_format", "structured_outputs"),
    "reasoning": ("reasoning", "include_reasoning"),
}
SAMPLING = ("temperature", "top_p", "max_tokens", "stop", "seed")


def model_object(entry: Listing) -> dict[str, Any]:
    """One element of `GET /models`."""
    model = entry.model
    return {
        "id": model.slug,
        "object": "model",
        "created": created(model),
        "owned_by": model.author,
        "canonical_slug": model.slug,
        "name": model.name,
        "description": model.description,
        "context_length": model.context_length,
        "architecture": architecture(model),
        "pricing": pricing(price_sheet(model)),
        "prices": price_rows(price_sheet(model)),
        "top_provider": {
            "is_moderated": False,
            "context_length": model.context_length,
            "max_completion_tokens": model.max_output,
        },
        "per_request_limits": None,
        "default_parameters": None,
        "supported_parameters": parameters(model),
        "supported_voices": [voice.id for voice in model.voices] if model.voices else None,
        "expiration_date": str(model.shutdown_at) if model.shutdown_at else None,
        "shutdown_date": str(model.shutdown_at) if model.shutdown_at else None,
        "replacement": model.replacement or None,
        "links": {"details": f"/api/v1/models/{model.slug}/endpoints"},
        "status": entry.status.value,
        "status_help": entry.help or None,
        "tasks": list(model.tasks),
        "features": sorted(model.features),
        "formats": list(model.formats),
        "limits": dict(model.limits),
        "speed": list(model.speed) if model.speed else None,
        "languages": list(model.languages),
        "providers": list(entry.providers),
    }


def endpoints_object(model: ModelEntry) -> dict[str, Any]:
    """The `data` of `GET /models/{author}/{slug}/endpoints`."""
    return {
        "id": model.slug,
        "name": model.name,
        "created": created(model),
        "description": model.description,
        "architecture": architecture(model),
        "endpoints": [endpoint_object(model, endpoint) for endpoint in shown_endpoints(model)],
    }


def endpoint_object(model: ModelEntry, endpoint: EndpointEntry) -> dict[str, Any]:
    """`status` is 0 for an endpoint that can be called and -1 for one that cannot."""
    state = readiness(endpoint.provider)
    known = parameters(model)
    return {
        "name": f"{endpoint.provider.name} | {endpoint.upstream_id}",
        "model_id": model.slug,
        "model_name": model.name,
        "provider_name": endpoint.provider.name,
        "tag": endpoint.provider.slug,
        "status": 0 if state.state is State.READY and not model.retired() else -1,
        "status_help": state.help or None,
        "context_length": model.context_length or 0,
        "max_completion_tokens": model.max_output,
        "max_prompt_tokens": None,
        "pricing": pricing(endpoint.prices),
        "prices": price_rows(endpoint.prices),
        "formats": [str(form) for form in endpoint.formats],
        "tasks": list(endpoint.tasks),
        "quantization": None,
        "service_tier": None,
        "native_tools": {},
        "supported_parameters": known,
        "supports_diarization": "diarize" in model.features,
        "supports_implicit_caching": False,
        "supports_tool_choice": tool_choice("tool_choice" in known),
        "latency_last_30m": None,
        "throughput_last_30m": None,
        "uptime_last_5m": None,
        "uptime_last_30m": None,
        "uptime_last_1d": None,
    }


def tool_choice(able: bool) -> dict[str, bool]:
    return dict.fromkeys(("auto", "function", "none", "required"), able)


def voice_objects(models: Iterable[ModelEntry]) -> list[dict[str, Any]]:
    """The `voices` of `GET /audio/voices`, each with the model it belongs to."""
    return [
        {
            "id": voice.id,
            "name": voice.name,
            "model": model.slug,
            "language": voice.language or None,
            "gender": voice.gender or None,
            "description": voice.description or None,
        }
        for model in models
        if Task.SPEECH in model.tasks
        for voice in model.voices
    ]


def model_objects(entries: Iterable[Listing]) -> list[dict[str, Any]]:
    return [model_object(entry) for entry in entries]


def single(model: ModelEntry) -> dict[str, Any]:
    """`GET /models/{id}`."""
    return model_object(listing(model))


def created(model: ModelEntry) -> int:
    """Unix time of the model's release, or of its first day in this catalogue."""
    if model.released_at:
        return int(datetime.combine(model.released_at, time(), UTC).timestamp())
    return int(model.created_at.timestamp())


def architecture(model: ModelEntry) -> dict[str, Any]:
    inputs, outputs = list(model.input_modalities), list(model.output_modalities)
    return {
        "modality": f"{'+'.join(inputs)}->{'+'.join(outputs)}",
        "input_modalities": inputs,
        "output_modalities": outputs,
        "tokenizer": "Other",
        "instruct_type": None,
    }


def pricing(sheet: Iterable[Price]) -> dict[str, Any]:
    """Flat strings in USD per unit; `overrides` holds what applies to long prompts."""
    known = tuple(sheet)
    if not known:
        return {"prompt": UNKNOWN, "completion": UNKNOWN}
    flat: dict[str, Any] = {"prompt": "0", "completion": "0"}
    longer: dict[int, dict[str, Any]] = {}
    for price in known:
        key = PRICE_KEYS.get(price.name)
        if key is None:
            continue
        if not price.condition:
            flat[key] = plain(price.usd_per_unit)
        elif tokens := price.condition.get("min_prompt_tokens"):
            longer.setdefault(tokens, {"min_prompt_tokens": tokens})[key] = plain(price.usd_per_unit)
    if longer:
        flat["overrides"] = [longer[tokens] for tokens in sorted(longer)]
    return flat


def price_rows(sheet: Iterable[Price]) -> list[Mapping[str, Any]]:
    """The typed rows as they are billed."""
    return [
        {
            "kind": str(price.kind),
            "unit": str(price.unit),
            "usd_per_unit": plain(price.usd_per_unit),
            "condition": dict(price.condition),
        }
        for price in sheet
    ]


def plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f") if amount else "0"


def parameters(model: ModelEntry) -> list[str]:
    """OpenRouter's vocabulary; it has words for chat only."""
    if Task.CHAT not in model.tasks:
        return []
    known = [name for feature, names in PARAMETERS.items() if feature in model.features for name in names]
    return [*SAMPLING, *known]
