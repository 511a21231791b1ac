"""Rows of a provider's list of models become columns and prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.tasks import FACTS, Task
from core.operations import model_list


@pytest.mark.parametrize(
    ("row", "task"),
    [
        ({"id": "hexgrad/Kokoro-82M"}, Task.SPEECH),
        ({"id": "whisper-large"}, Task.TRANSCRIPTION),
        ({"id": "text-embedding-3"}, Task.EMBEDDING),
        ({"id": "flux-schnell"}, Task.IMAGE),
        ({"id": "qwen3"}, Task.CHAT),
        ({"id": "anything", "task": "text-to-speech"}, Task.SPEECH),
        ({"id": "whisper-like", "type": "llm"}, Task.CHAT),
        ({"id": "my-deployment", "model": "gpt-4o-mini-tts"}, Task.SPEECH),
    ],
)
def test_the_task_is_declared_or_guessed_from_the_name(row, task):
    model = model_list.model_from_name(row, "Lab")
    inputs, outputs = list(FACTS[task].inputs), list(FACTS[task].outputs)
    assert (model.values["tasks"], model.values["author"]) == ([task.value], "Lab")
    assert (model.values["input_modalities"], model.values["output_modalities"]) == (inputs, outputs)
    assert model.prices == ()


def test_a_discount_lowers_every_price():
    prices = list(model_list.price_sheet({"prompt": "0.00001", "completion": "0.00002", "discount": 0.5}))
    assert [price.usd_per_unit for price in prices] == [Decimal("0.000005"), Decimal("0.00001")]


@pytest.mark.parametrize("value", [True, None, "lots", "NaN", "1e9", {}])
def test_what_is_no_amount_is_left_out(value):
    assert list(model_list.price_sheet({"prompt": value})) == []


def test_a_row_with_modalities_and_without_prices_is_believed_but_unpriced():
    row = {
        "id": "gemini-9-tts",
        "name": "Gemini 9 TTS",
        "architecture": {"input_modalities": ["text"], "output_modalities": ["speech"]},
        "context_length": 8192,
        "top_provider": {"max_completion_tokens": 16_384},
    }
    assert model_list.has_details(row) is False
    found = model_list.model_from_name(row, "Google AI Studio")
    assert found.prices == ()
    assert {**found.values, "description": ""} == {
        "name": "Gemini 9 TTS",
        "author": "Google AI Studio",
        "description": "",
        "tasks": ["speech"],
        "input_modalities": ["text"],
        "output_modalities": ["speech"],
        "features": ["streaming"],
        "context_length": 8192,
        "max_output": 16_384,
    }
