"""The outside world: wires by name, each imported on first use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

WIRES = {
    "openai": "core.providers.openai:OpenAI",
    "local": "core.providers.local:Local",
    "rehearsal": "core.providers.rehearsal:Rehearsal",
}


@cache
def adapter(wire: str) -> Any:
    """The one adapter object of a wire. Raises KeyError for a wire nobody wrote."""
    module, name = WIRES[wire].split(":")
    return getattr(import_module(module), name)()
