"""The adapter of local models: its Protocols, and which models are listed."""

from __future__ import annotations

import pytest

from core.media import installed, weights
from core.providers.base import (
    ChatAdapter,
    ImageAdapter,
    ModelDetailsAdapter,
    ModelListAdapter,
    SpeechAdapter,
    TranscriptionAdapter,
    TranslationAdapter,
)
from core.providers.local import Local
from core.providers.registry import adapter
from tests.core.providers.local.inspector.reports import TARGET
from tests.fakes.whisper_files import install_empty


@pytest.mark.parametrize(
    "protocol",
    [SpeechAdapter, TranscriptionAdapter, TranslationAdapter, ChatAdapter, ImageAdapter, ModelListAdapter],
)
def test_local_has_the_protocols_of_its_tasks(protocol):
    assert isinstance(adapter("local"), protocol)


def test_local_has_no_other_protocols():
    assert not isinstance(adapter("local"), ModelDetailsAdapter)


@pytest.mark.anyio
async def test_inspector_is_listed_where_its_libraries_are(synthesiser, monkeypatch):
    assert "inspector" in await Local().models(TARGET)
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "pypdfium2" else True)

    assert "inspector" not in await Local().models(TARGET)
    assert "canvas" in await Local().models(TARGET)


@pytest.mark.anyio
async def test_recognisers_are_listed_where_their_weights_are(synthesiser, monkeypatch, tmp_path):
    monkeypatch.setattr(weights.root, "folder", tmp_path)
    assert not set(installed.RECOGNISERS) & set(await Local().models(TARGET))
    install_empty(tmp_path, "whisper-base")
    install_empty(tmp_path, "whisper-tiny.en")

    assert set(installed.RECOGNISERS) & set(await Local().models(TARGET)) == {
        "whisper-base",
        "whisper-tiny.en",
    }
