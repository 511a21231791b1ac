"""Codes and names of languages."""

from __future__ import annotations

import pytest

from core.contract.text.languages import ALIASES, NAMES, english_name, is_detection, primary


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        ("en", "en"), ("pt-BR", "pt"), ("zh_Hans", "zh"), ("cmn", "zh"), ("rus", "ru"), ("Russian", "ru"),
        ("Haitian Creole", "ht"), ("yue", "yue"), ("iw", "he"),
        ("IN", "id"), ("jw", "jv"), ("JAVANESE", "jv"), ("ji", "yi"), ("mo", "ro"), ("sh-Latn", "sr"),
        ("arb", "ar"),
    ],
)  # fmt: skip
def test_a_code_however_it_is_spelled(spelled, code):
    assert primary(spelled) == code


@pytest.mark.parametrize("spelled", ["", "xx", "xx-XXXX", "klingon", "english please", "e" * 1000])
def test_what_is_no_language_has_no_code(spelled):
    assert primary(spelled) is None


def test_every_name_leads_back_to_its_code():
    assert {primary(english_name(code)) for code in NAMES} == set(NAMES)
    assert set(ALIASES.values()) <= set(NAMES)


def test_an_unknown_code_is_its_own_name():
    assert english_name("tlh") == "tlh"


@pytest.mark.parametrize("word", ["auto", "AUTO", " auto ", "multi", "und", "mul", "detect", ""])
def test_words_that_ask_for_detection(word):
    assert (is_detection(word), primary(word)) == (True, None)
