"""Code in colour where that is worth its time."""

from __future__ import annotations

import pytest

from playground.markdown.code import HIGHLIGHTED, highlight_code, language_of


@pytest.mark.parametrize(
    ("info", "language"),
    [("Python", "python"), ("c++ title=x", "c++"), ('"><script>', ""), ("", ""), ("ts{1,3}", "ts")],
)
def test_a_fence_names_its_language(info, language):
    assert language_of(info) == language


def test_known_languages_are_highlighted():
    assert highlight_code("return 1 < 2", "python").startswith('<span class="k">return</span>')


@pytest.mark.parametrize("code", ["(" * 5_000, "x = 1\n" * 1_000, "a b c " * 4_000])
def test_repetitive_or_long_code_is_not_highlighted(code):
    assert highlight_code(code, "python") == code


def test_code_in_other_languages_is_escaped():
    assert highlight_code("a < b & c", "klingon") == "a &lt; b &amp; c"


@pytest.mark.parametrize("language", sorted(HIGHLIGHTED))
def test_every_known_language_has_a_lexer(language):
    assert highlight_code("", language) == ""
