"""What the inspector tells of a text: counted, guessed where it must guess, and said so."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report.markdown import block, count, plain, share, size
from core.providers.local.inspector.report.scripts import Scripts, language
from core.providers.local.inspector.report.text import Text, text_piece
from tests.core.providers.local.inspector.reports import rows

pytestmark = pytest.mark.anyio

LANGUAGES = {
    "English": "The rain in Spain stays mainly in the plain, and that is all there is to it.",
    "German": "Der Regen in Spanien fällt auf die Ebene, und das ist auch nicht schlecht.",
    "French": "La pluie en Espagne tombe dans la plaine et c'est tout ce que je sais.",
    "Spanish": "La lluvia en España cae en la llanura y no se sabe por qué es así.",
    "Russian": "Дождь в Испании идёт на равнине, и это всё, что я о нём знаю.",
    "Ukrainian": "Дощ в Іспанії йде на рівнині, і це все, що я про нього знаю, але не більше.",
    "Chinese": "西班牙的雨主要下在平原上。",
    "Japanese": "スペインの雨は主に平野に降る。",
    "Korean": "스페인의 비는 주로 평원에 내린다.",
    "Greek": "Η βροχή στην Ισπανία",
    "Arabic": "المطر في إسبانيا يسقط على السهل من السماء",
    "Persian": "باران در اسپانیا به دشت می بارد و این را همه می دانند که است",
}


def guessed(text: str) -> str:
    scripts = Scripts()
    scripts.feed(text)
    return language(text, scripts.shares())[0]


@pytest.mark.parametrize("name", LANGUAGES)
def test_language_is_guessed(name):
    assert guessed(LANGUAGES[name]) == name


@pytest.mark.parametrize("text", ["", "12345", "xyzzy plugh", "OK"])
def test_language_is_not_guessed_from_nothing(text):
    assert guessed(text) == ""


async def test_text_is_counted():
    told = rows((await text_piece("One two three.\nFour five\n", "")).text)

    assert told == {
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
    piece = await text_piece(LANGUAGES["English"], "")

    assert rows(piece.text)["Language"] == "English: a guess, by its common words “the”, “in”, “is”"
    assert "I guess that it is English." in piece.spoken


async def test_scripts_are_shared_out():
    assert rows((await text_piece("abcd яю 中国", "")).text)["Script"] == "Latin 50%, Cyrillic 25%, Han 25%"


async def test_chinese_is_counted_by_character():
    told = rows((await text_piece("床前明月光，疑是地上霜。", "")).text)

    assert told["Characters without spaces between words"] == "10"


def test_words_are_the_same_however_the_text_is_cut():
    text = "one two  three\nfour 中文five "
    for cut in range(len(text)):
        found = Text()
        found.feed(text[:cut])
        found.feed(text[cut:])
        assert found.words == 5, cut


async def test_long_text_is_counted_whole():
    told = rows((await text_piece("word " * 200_000, "")).text)

    assert (told["Characters"], told["Words"]) == ("1,000,000 (800,000 without spaces)", "200,000")


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("a|b", "a\\|b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("two\nlines\x00 \u202eend", "two lines end"),
        ("![x](javascript:1)", "!\\[x\\](javascript:1)"),
        ("small_video _x_", "small_video \\_x\\_"),
        ("$x$ &amp;", "\\$x\\$ \\&amp;"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_strangers_words_are_no_markdown(hostile, harmless):
    assert plain(hostile) == harmless


def test_block_is_not_closed_from_inside():
    assert block("```\n````") == "`````text\n```\n````\n`````\n\n"


def test_numbers_are_said_as_people_say_them():
    assert [count(1, "page"), count(1200, "page"), count(2, "stretch", "stretches")] == [
        "1 page",
        "1,200 pages",
        "2 stretches",
    ]
    assert [share(0.0), share(0.004), share(0.42)] == ["0%", "under 1%", "42%"]
    assert [size(812), size(98_572), size(50_000_000)] == ["812 bytes", "98.6 kB", "50.0 MB"]
