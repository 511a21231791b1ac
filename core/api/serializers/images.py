"""Image models for OpenRouter's clients: what each parameter may be, and prices by what is billed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.api.serializers.models import architecture, created
from core.catalogue.entries import EndpointEntry, ModelEntry
from core.contract.usage import Kind, Price, Unit

BILLABLE = {Kind.IMAGE_OUT: "output_image", Kind.IMAGE_IN: "input_image", Kind.TEXT_IN: "input_text"}
UNITS = {Unit.IMAGE: "image", Unit.TOKEN: "token"}
"""OpenRouter's words; prices of anything else are only in `GET models/…/endpoints`."""


def enumeration(values: Any) -> dict[str, Any]:
    return {"type": "enum", "values": list(values)}


def up_to(least: int) -> Callable[[Any], dict[str, Any]]:
    return lambda most: {"type": "range", "min": least, "max": most}


def flag(_: Any) -> dict[str, Any]:
    return {"type": "boolean"}


PARAMETERS: Mapping[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "aspect_ratios": ("aspect_ratio", enumeration),
    "backgrounds": ("background", enumeration),
    "fidelity": ("input_fidelity", enumeration),
    "formats": ("output_format", enumeration),
    "images": ("input_references", up_to(0)),
    "mask": ("mask", flag),
    "moderation": ("moderation", enumeration),
    "n": ("n", up_to(1)),
    "partial_images": ("partial_images", up_to(0)),
    "qualities": ("quality", enumeration),
    "resolutions": ("resolution", enumeration),
    "seed": ("seed", flag),
    "sizes": ("size", enumeration),
    "styles": ("style", enumeration),
}
"""By the limit of a model: the parameter that it is of, and how it is described."""


def image_model_object(model: ModelEntry) -> dict[str, Any]:
    """`ImageModel` of the schemas."""
    shape = architecture(model)
    return {
        "id": model.slug,
        "name": model.name,
        "description": model.description,
        "created": created(model),
        "architecture": {name: shape[name] for name in ("input_modalities", "output_modalities")},
        "supported_parameters": parameters(model),
        "supports_streaming": streams(model),
        "endpoints": f"/api/v1/images/models/{model.slug}/endpoints",
    }


def image_endpoint_object(model: ModelEntry, endpoint: EndpointEntry) -> dict[str, Any]:
    """`ImageEndpoint` of the schemas."""
    return {
        "provider_name": endpoint.provider.name,
        "provider_slug": endpoint.provider.slug,
        "provider_tag": endpoint.provider.slug,
        "supported_parameters": parameters(model),
        "allowed_passthrough_parameters": [],
        "supports_streaming": streams(model),
        "pricing": [line for price in endpoint.known_prices if (line := price_object(price))],
    }


def parameters(model: ModelEntry) -> dict[str, dict[str, Any]]:
    known = (
        (PARAMETERS[limit], value) for limit, value in model.limits.items() if value and limit in PARAMETERS
    )
    return {name: describe(value) for (name, describe), value in known}


def streams(model: ModelEntry) -> bool:
    """Whether it shows unfinished pictures; any other streams its finished ones."""
    return bool(model.limits.get("partial_images"))


def price_object(price: Price) -> dict[str, Any] | None:
    """None for a price that OpenRouter has no words for."""
    if price.kind not in BILLABLE or price.unit not in UNITS:
        return None
    variant = " ".join(str(value) for value in price.condition.values())
    line = {
        "billable": BILLABLE[price.kind],
        "unit": UNITS[price.unit],
        "cost_usd": price.usd_per_unit,
    }
    return {**line, "variant": variant} if variant else line
