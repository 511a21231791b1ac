"""A request that no provider may keep goes only where that can be promised."""

from __future__ import annotations

from dataclasses import replace

from core.contract.errors import Unsupported
from core.contract.requests import Request
from core.contract.route import Route, Target
from core.providers.openai.router import is_router


def private_route(route: Route, request: Request) -> Route:
    """The route without targets that could keep what they are sent, where the caller forbids it.

    A router is told so and obeys; any other keeps nothing where its option `keeps_nothing` says so. Raises
    `Unsupported` where no target is left.
    """
    param = privacy_field(request)
    if not param:
        return route
    targets = tuple(target for target in route.targets if keeps_nothing(target))
    if not targets:
        raise Unsupported(
            f"No provider of {route.model} here can be told to keep nothing.",
            param=param,
            code="unsupported_parameter",
        )
    return replace(route, targets=targets, then=route.then and private_route(route.then, request))


def privacy_field(request: Request) -> str:
    """The field that forbids to keep the request; "" where none does."""
    if request.preferences.get("zdr") is True:
        return "provider.zdr"
    return "provider.data_collection" if request.preferences.get("data_collection") == "deny" else ""


def keeps_nothing(target: Target) -> bool:
    return is_router(target) or target.options.get("keeps_nothing") is True
