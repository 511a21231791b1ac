"""The report on a text: counts, scripts, language, durations."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report.text import TextCounter, text_piece
from tests.core.providers.local.inspector.reports import table_cells

pytestmark = pytest.mark.anyio


async def test_text_is_counted():
    cells = table_cells((await text_piece("One two three.\nFour five\n", "")).markdown)

    assert cells == {
        "Measured": "Found",
        "---": "---",
        "Characters": "25 (20 without spaces)",
        "Words": "5",
        "Lines": "2",
        "Script": "Latin 100%",
        "Language": "not clear from so little",
        "Reading time": "about 1.3 s: an estimate at 238 words a minute",
        "Speaking time": "about 2.0 s: an estimate at 150 words a minute",
    }


async def test_guess_is_called_a_guess():
    text = "The rain in Spain stays mainly in the plain, and that is all there is to it."
    piece = await text_piece(text, "")

    cells = table_cells(piece.markdown)
    assert cells["Language"] == "English: a guess, by its common words “the”, “in”, “is”"
    assert "I guess that it is English." in piece.speech


async def test_shares_of_scripts_are_reported():
    cells = table_cells((await text_piece("abcd яю 中国", "")).markdown)

    assert cells["Script"] == "Latin 50%, Cyrillic 25%, Han 25%"


async def test_chinese_is_counted_by_character():
    cells = table_cells((await text_piece("床前明月光，疑是地上霜。", "")).markdown)

    assert cells["Characters without spaces between words"] == "10"


def test_words_are_the_same_however_the_text_is_cut():
    text = "one two  three\nfour 中文five "
    for cut in range(len(text)):
        found = TextCounter()
        found.feed(text[:cut])
        found.feed(text[cut:])
        assert found.words == 5, cut


async def test_long_text_is_counted_whole():
    cells = table_cells((await text_piece("word " * 200_000, "")).markdown)

    assert (cells["Characters"], cells["Words"]) == ("1,000,000 (800,000 without spaces)", "200,000")
