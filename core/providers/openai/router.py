"""What differs where the server is a router such as OpenRouter, with other providers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.providers.shared.quantities import usd

ROUTER = "openrouter"


def is_router(target: Target) -> bool:
    """The endpoint's option `router`; without it, whether the provider or its wire is OpenRouter."""
    return bool(target.options.get("router", ROUTER in (target.provider, target.wire)))


def provider_field(preferences: Mapping[str, Any], ours: Any = None) -> dict[str, Any]:
    """A router's `provider`: the caller's preferences, over which `ours`, those of the endpoint, win.

    https://openrouter.ai/docs/features/provider-routing
    """
    found = {**names_behind(preferences), **(ours if isinstance(ours, Mapping) else {})}
    return {"provider": found} if found else {}


def names_behind(preferences: Mapping[str, Any]) -> dict[str, Any]:
    """The preferences without the router's own name, by which the caller chose the router itself."""
    found = dict(preferences)
    for name in ("order", "only", "ignore"):
        if isinstance(listed := found.get(name), list):
            found[name] = [one for one in listed if str(one).casefold() != ROUTER]
            if not found[name]:
                del found[name]
    return found


def reported_cost(usage: Mapping[str, Any], target: Target) -> Decimal | None:
    """US dollars that a router's usage object reports as charged; None for any other server, whose figure may
    be something else.

    Where the router used a key of ours (`is_byok`), the provider behind it charges that key in addition.
    """
    if not is_router(target):
        return None
    cost = usd(usage.get("cost"))
    details = usage.get("cost_details")
    if cost is not None and usage.get("is_byok") is True and isinstance(details, dict):
        cost += usd(details.get("upstream_inference_cost")) or 0
    return cost
