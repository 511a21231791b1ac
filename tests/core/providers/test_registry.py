from __future__ import annotations

import pytest

from core.contract.tasks import Task, UnknownTask
from core.providers import registry
from core.providers.base import (
    METHODS,
    ChatAdapter,
    EmbeddingAdapter,
    ImageAdapter,
    SpeechAdapter,
    TranscriptionAdapter,
    TranslationAdapter,
)

PROTOCOLS = {
    Task.SPEECH: SpeechAdapter,
    Task.TRANSCRIPTION: TranscriptionAdapter,
    Task.TRANSLATION: TranslationAdapter,
    Task.CHAT: ChatAdapter,
    Task.IMAGE: ImageAdapter,
    Task.EMBEDDING: EmbeddingAdapter,
}


class Silent:
    """An adapter of a vendor that serves no task."""

    def prepare(self) -> None: ...

    async def close(self) -> None: ...


def test_every_method_of_the_table_is_its_tasks_protocol():
    assert set(METHODS) == set(PROTOCOLS)
    for task, protocol in PROTOCOLS.items():
        assert callable(getattr(protocol, METHODS[task]))


@pytest.mark.parametrize("wire", registry.WIRES)
def test_an_adapter_has_the_whole_protocol_of_each_task_it_serves(wire):
    adapter = registry.adapter(wire)
    served = [task for task in METHODS if registry.method(wire, task)]
    assert served
    assert all(isinstance(adapter, PROTOCOLS[task]) for task in served)


def test_an_adapter_is_made_once():
    assert registry.adapter("openai") is registry.adapter("openai")


def test_an_adapter_without_the_method_has_none(monkeypatch):
    monkeypatch.setitem(registry.WIRES, "made-up", f"{__name__}:Silent")
    monkeypatch.setattr(registry, "_adapters", {})
    assert [registry.method("made-up", task) for task in METHODS] == [None] * len(PROTOCOLS)


def test_a_task_without_a_method_is_named(monkeypatch):
    monkeypatch.delitem(METHODS, Task.EMBEDDING)
    with pytest.raises(UnknownTask, match=r"^providers has no row for the task embedding\.$"):
        registry.method("openai", Task.EMBEDDING)
