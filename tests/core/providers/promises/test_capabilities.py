"""An adapter has a capability exactly where it has the method."""

from __future__ import annotations

import pytest

from core.contract.tasks import Task
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
from tests.core.providers.promises.vendors import VENDORS, each_vendor

PROTOCOLS = {
    Task.SPEECH: SpeechAdapter,
    Task.TRANSCRIPTION: TranscriptionAdapter,
    Task.TRANSLATION: TranslationAdapter,
    Task.CHAT: ChatAdapter,
    Task.IMAGE: ImageAdapter,
    Task.EMBEDDING: EmbeddingAdapter,
}
OURS = {"local", "rehearsal"}
"""Wires of no vendor: they send nothing."""


@each_vendor
@pytest.mark.parametrize("task", METHODS)
def test_a_capability_is_a_method(vendor, task):
    promised = any(call.task is task for call in vendor.calls)
    assert (registry.method(vendor.wire, task) is not None) is promised
    assert isinstance(registry.adapter(vendor.wire), PROTOCOLS[task]) is promised


def test_every_vendor_keeps_the_promises():
    assert {vendor.wire for vendor in VENDORS} == registry.WIRES.keys() - OURS
