"""The adapters by the name of their wire, each imported on first use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module

from core.contract.errors import PolyphonyError
from core.contract.tasks import Task
from core.providers.base import METHODS, Adapter, AdapterMethod

WIRES = {
    "openai": "core.providers.openai:OpenAI",
    "azure": "core.providers.azure:Azure",
    "google": "core.providers.gemini:Gemini",
    "vertex": "core.providers.gemini:Vertex",
    "mistral": "core.providers.mistral:Mistral",
    "openrouter": "core.providers.openrouter:OpenRouter",
    "elevenlabs": "core.providers.elevenlabs:ElevenLabs",
    "local": "core.providers.local:Local",
    "rehearsal": "core.providers.rehearsal:Rehearsal",
}
"""Module and class of each adapter; a new vendor is one line here."""

_adapters: dict[str, Adapter] = {}


def adapter(wire: str) -> Adapter:
    """The one adapter object of a wire. Raises KeyError for a wire that has none."""
    if wire not in _adapters:
        module, name = WIRES[wire].split(":")
        _adapters[wire] = getattr(import_module(module), name)()
    return _adapters[wire]


def method(wire: str, task: Task) -> AdapterMethod | None:
    """The adapter's method for `task`, which takes that task's request; None where it has none."""
    found: AdapterMethod | None = getattr(adapter(wire), METHODS[task], None)
    return found


def prepare(wires: Iterable[str]) -> None:
    """Prepare the adapters of these wires now, blocking; one that fails raises again when it is used."""
    for wire in wires:
        with suppress(PolyphonyError):
            adapter(wire).prepare()


async def close() -> None:
    """Release what the adapters hold for the running event loop: connections, worker processes."""
    for loaded in _adapters.values():
        await loaded.close()
