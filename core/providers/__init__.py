"""The outside world: wires by name, each imported on first use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any

from core.contract.errors import PolyphonyError

WIRES = {
    "openai": "core.providers.openai:OpenAI",
    "local": "core.providers.local:Local",
    "rehearsal": "core.providers.rehearsal.speech:Rehearsal",
}
_adapters: dict[str, Any] = {}


def adapter(wire: str) -> Any:
    """The one adapter object of a wire. Raises KeyError for a wire nobody wrote."""
    if wire not in _adapters:
        module, name = WIRES[wire].split(":")
        _adapters[wire] = getattr(import_module(module), name)()
    return _adapters[wire]


def prepare(wires: Iterable[str]) -> None:
    """Do the slow first things of these wires now, blocking; what fails will say so when it is used."""
    for wire in wires:
        with suppress(PolyphonyError):
            adapter(wire).prepare()


async def close() -> None:
    """Give back what the adapters hold for the running event loop: connections, worker processes."""
    for loaded in _adapters.values():
        if hasattr(loaded, "close"):
            await loaded.close()
