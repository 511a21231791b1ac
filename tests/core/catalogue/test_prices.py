from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue import prices
from core.contract.tasks import Task, UnknownTask
from core.contract.usage import Kind, Price, Unit


def price(kind: Kind, unit: Unit, amount: str, **condition) -> Price:
    return Price(kind, unit, Decimal(amount), condition)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("15", "$15"),
        ("2.5", "$2.50"),
        ("0.6", "$0.60"),
        ("0.011", "$0.011"),
        ("0.0042", "$0.0042"),
        ("0.00184998", "$0.00185"),
        ("1234.5", "$1,234.50"),
        ("0.99999", "$1"),
    ],
)
def test_money(amount, text):
    assert prices.money(Decimal(amount)) == text


def test_the_lines_of_a_sheet_have_conditions():
    sheet = [
        price(Kind.TEXT_IN, Unit.TOKEN, "0.000002"),
        price(Kind.TEXT_IN, Unit.TOKEN, "0.000004", min_prompt_tokens=200_000),
        price(Kind.IMAGE_OUT, Unit.IMAGE, "0.08", size="1024x1024", quality="hd"),
        price(Kind.TEXT_OUT, Unit.TOKEN, "0.000009", web_search=True),
    ]
    assert [(line.text, line.condition) for line in prices.lines(sheet)] == [
        ("$2 / 1M tokens in", ""),
        ("$4 / 1M tokens in", "above 200,000 tokens"),
        ("$0.08 / image", "1024x1024, hd"),
        ("$9 / 1M tokens out", "with web search"),
    ]


def test_a_summary_has_the_unconditional_price():
    sheet = [
        price(Kind.TEXT_IN, Unit.TOKEN, "0.000001", min_prompt_tokens=200_000),
        price(Kind.TEXT_IN, Unit.TOKEN, "0.000002"),
    ]
    assert prices.summary(sheet, Task.CHAT) == "$2 / 1M tokens in"


def test_summary_of_a_unit_without_a_sentence():
    assert prices.summary([price(Kind.FILE_IN, Unit.BYTE, "0.5")]) == "$0.50 / byte"


@pytest.mark.parametrize(
    ("sheet", "task", "expected"),
    [
        ([], Task.SPEECH, None),
        ([price(Kind.REQUEST, Unit.REQUEST, "0")], Task.SPEECH, "0"),
        ([price(Kind.TEXT_IN, Unit.CHARACTER, "0.000015")], Task.SPEECH, "15"),
        ([price(Kind.AUDIO_IN, Unit.SECOND, "0.0001")], Task.TRANSCRIPTION, "0.006"),
        ([price(Kind.AUDIO_IN, Unit.TOKEN, "0.0000025")], Task.TRANSCRIPTION, "0.0015"),
        ([price(Kind.IMAGE_OUT, Unit.IMAGE, "0.04")], Task.IMAGE, "0.04"),
        ([price(Kind.TEXT_IN, Unit.TOKEN, "0.0000025")], Task.CHAT, "2.5"),
    ],
)
def test_comparable(sheet, task, expected):
    found = prices.comparable(sheet, task)
    assert found == (None if expected is None else Decimal(expected))


def test_speech_priced_by_token_is_comparable_to_a_price_by_character():
    sheet = [
        price(Kind.TEXT_IN, Unit.TOKEN, "0.0000006"),
        price(Kind.AUDIO_OUT, Unit.TOKEN, "0.000012"),
    ]
    assert round(prices.comparable(sheet, Task.SPEECH)) == 16


@pytest.mark.parametrize("task", list(Task))
def test_every_task_has_a_comparable_price(task):
    sheet = [price(Kind.TEXT_IN, Unit.TOKEN, "0.000002")]
    assert prices.comparable(sheet, task) is not None


def test_without_a_task_nothing_is_comparable():
    assert prices.comparable([price(Kind.TEXT_IN, Unit.TOKEN, "0.000002")], None) is None


@pytest.mark.parametrize("describe", [prices.summary, prices.comparable])
def test_a_task_without_a_row_is_priced_as_no_other(describe):
    with pytest.raises(UnknownTask, match="telepathy"):
        describe([price(Kind.TEXT_IN, Unit.TOKEN, "0.000002")], "telepathy")
