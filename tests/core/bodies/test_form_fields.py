"""Form fields in every notation that clients use."""

from __future__ import annotations

import pytest

from core.bodies.form_fields import FormFields
from core.contract.errors import InvalidRequest

FORM = FormFields(
    lists=frozenset({"words"}),
    objects=frozenset({"chunking"}),
    numbers=frozenset({"heat"}),
    booleans=frozenset({"stream"}),
)


@pytest.mark.parametrize(
    "pairs",
    [
        [("words", "a"), ("words", "b")],
        [("words[]", "a"), ("words[]", "b")],
        [("words[0]", "a"), ("words[1]", "b")],
        [("words", '["a","b"]')],
        [("words[]", "a"), ("words", "b"), ("words", "")],
    ],
)
def test_all_notations_of_a_list(pairs):
    assert FORM.parse(pairs) == {"words": ["a", "b"]}


@pytest.mark.parametrize(
    "pairs",
    [
        [("chunking", '{"type": "server_vad", "threshold": 0.5, "deep": {"x": 1}}')],
        [("chunking[type]", "server_vad"), ("chunking[threshold]", "0.5"), ("chunking[deep][x]", "1")],
    ],
)
def test_all_notations_of_an_object(pairs):
    assert FORM.parse(pairs) == {"chunking": {"type": "server_vad", "threshold": 0.5, "deep": {"x": 1}}}


def test_a_plain_word_in_place_of_an_object():
    assert FORM.parse([("chunking", "auto")]) == {"chunking": "auto"}


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)]
)
def test_booleans(text, value):
    assert FORM.parse([("stream", text)]) == {"stream": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("0.25", 0.25),
        ("-1", -1),
        (" 0.5 ", 0.5),
        ("0.20000000298023224", 0.20000000298023224),
        ("0.30000000000000004", 0.1 + 0.2),
        ("1e-05", 1e-5),
        ("1E-7", 1e-7),
        ("5e-324", 5e-324),
        ("+1.5e+2", 150.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("0.20000000000000001110223024625156540423631668090820312500", 0.2),
        ("12345678901234567890", 12345678901234567890.0),
    ],
)
def test_numbers_as_programs_print_them(text, value):
    assert FORM.parse([("heat", text)]) == {"heat": value}
    assert FORM.parse([("chunking[threshold]", text.strip())]) == {"chunking": {"threshold": value}}


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e400",
        "0,2",
        "x",
        "0x10",
        "1_000",
        "٣",
        "1e",
        ".",
        "--1",
        "9" * 500,
    ],
)
def test_what_is_no_number(text):
    with pytest.raises(InvalidRequest) as caught:
        FORM.parse([("heat", text)])
    assert caught.value.param == "heat"
    assert FORM.parse([("chunking[threshold]", text)]) == {"chunking": {"threshold": text}}


def test_an_empty_text_counts_as_missing():
    assert FORM.parse([("heat", ""), ("stream", ""), ("language", ""), ("chunking", "")]) == {}


@pytest.mark.parametrize(
    ("pairs", "param"),
    [
        ([("heat", "nan")], "heat"),
        ([("stream", "yes")], "stream"),
        ([("language", "en"), ("language", "de")], "language"),
        ([("words", "[1,")], "words"),
        ([("chunking", "{x}")], "chunking"),
        ([("chunking[a]", "1"), ("chunking[a][b]", "2")], "chunking"),
        ([("chunking[]", "1")], "chunking"),
    ],
)
def test_an_invalid_value_is_refused_by_the_name_of_its_field(pairs, param):
    with pytest.raises(InvalidRequest) as caught:
        FORM.parse(pairs)
    assert caught.value.param == param
