"""The adapter of local models: its Protocols, and which models are listed."""

from __future__ import annotations

import pytest

from core.contract.tasks import Task
from core.media import installed
from core.providers.base import (
    ChatAdapter,
    ModelDetailsAdapter,
    ModelListAdapter,
    SpeechAdapter,
    TranscriptionAdapter,
    TranslationAdapter,
)
from core.providers.local import Local
from core.providers.registry import adapter, method
from tests.core.providers.local.inspector.reports import TARGET


@pytest.mark.parametrize("protocol", [SpeechAdapter, TranscriptionAdapter, ChatAdapter, ModelListAdapter])
def test_local_has_the_protocols_of_its_tasks(protocol):
    assert isinstance(adapter("local"), protocol)


@pytest.mark.parametrize("protocol", [TranslationAdapter, ModelDetailsAdapter])
def test_local_has_no_other_protocols(protocol):
    assert not isinstance(adapter("local"), protocol)


def test_translation_has_no_method():
    assert method("local", Task.TRANSLATION) is None


@pytest.mark.anyio
async def test_inspector_is_listed_where_its_libraries_are(synthesiser, monkeypatch):
    assert "inspector" in await Local().models(TARGET)
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "pypdfium2" else True)

    assert await Local().models(TARGET) == ("espeak-ng", "hibari", "pocketsphinx")
