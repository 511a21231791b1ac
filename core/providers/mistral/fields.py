"""What the endpoint and the caller ask of Mistral beside our own fields."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.contract.requests import Request
from core.contract.route import Target


def options_of(target: Target, request: Request, own: Collection[str] = ()) -> dict[str, Any]:
    """The options of the endpoint, over them those of the caller, without the names that are ours."""
    options = {**target.options.get("body", {}), **request.options.get(target.provider, {})}
    return {name: value for name, value in options.items() if name not in own and value is not None}
