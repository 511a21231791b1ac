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
