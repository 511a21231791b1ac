"""What a prompt asks for: the kind of picture, its words, its colours."""

from __future__ import annotations

import pytest

from core.media.palettes import MOODS as PALETTES
from core.media.worker.drawing.request import PICTURES as DRAWN
from core.providers.local.canvas.pictures import MOODS, PICTURES
from core.providers.local.canvas.prompt import read_prompt


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("A lighthouse, in watercolour", "card"),
        ("Mountains at dusk", "mountains"),
        ("горы на рассвете", "mountains"),
        ("日落时的山", "mountains"),
        ("a pine forest in winter", "mountains"),
        ("palette of sunset", "palette"),
        ("палитра осени", "palette"),
        ("QR code for https://example.com", "qr"),
        ("二维码 https://example.com", "qr"),
        ("waveform of “Hello there”", "waveform"),
        ("stained glass in blues", "voronoi"),
        ("a flow field", "flow"),
        ("Bauhaus shapes", "geometric"),
        ("the Milky Way", "stars"),
        ("topographic lines", "contours"),
        ("waves", "waves"),
        ("soft gradient", "gradient"),
        ("A card that says “Mountains and stars”", "card"),
        ("“Mountains”", "card"),
        ("the startled season of patterned", "card"),
    ],
)
def test_words_choose_the_picture(prompt, kind):
    assert read_prompt(prompt).picture.kind == kind


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("A lighthouse at dusk", "A lighthouse at dusk"),
        ("draw me a card that says “Ship it”", "Ship it"),
        ("quote card: less is more", "Less is more"),
        ("Birthday card: Happy birthday, Ada!", "Happy birthday, Ada!"),
        ("palette of autumn in Kyoto", "Autumn in Kyoto"),
        ("palette of #ff0000, teal and navy", ""),
        ("waveform of good morning", "Good morning"),
        ("Mountains with the words “Go up”", ""),
    ],
)
def test_text_of_a_picture_is_what_the_prompt_is_about(prompt, text):
    assert read_prompt(prompt).text == text


def test_words_in_quotation_marks_are_the_title_of_a_scene():
    assert read_prompt("Mountains with the words “Go up”").title == "Go up"


@pytest.mark.parametrize(
    ("prompt", "content", "shown", "title"),
    [
        ("QR code for https://www.example.com/", "https://www.example.com/", "example.com", ""),
        ("qr: “Join us” https://example.com/a.", "https://example.com/a", "example.com/a", "Join us"),
        ("a QR code of hello world", "hello world", "hello world", ""),
        ("qr", "qr", "qr", ""),
    ],
)
def test_code_holds_the_address_or_the_subject(prompt, content, shown, title):
    drawing = read_prompt(prompt)

    assert (drawing.hints["content"], drawing.text, drawing.title) == (content, shown, title)


@pytest.mark.parametrize(
    ("prompt", "mood", "colours"),
    [
        ("Mountains at dusk", "dusk", ()),
        ("вечер в горах", "dusk", ()),
        ("waves in teal and #fc0", "", ("#0d8c8c", "#ffcc00")),
        ("a red sunset", "sunset", ()),
        ("a forest in winter", "winter", ()),
        ("sunset with #abcdef", "sunset", ("#abcdef",)),
        ("hello", "", ()),
    ],
)
def test_moods_and_colours_are_read(prompt, mood, colours):
    drawing = read_prompt(prompt)

    assert (drawing.mood, drawing.colours) == (mood, colours)


@pytest.mark.parametrize(
    "prompt", ["Night sky, seed 42: stars", "[no font here has x] night sky, seed 42: stars"]
)
def test_description_of_a_picture_asks_for_it_again(prompt):
    drawing = read_prompt(prompt)

    assert (drawing.picture.kind, drawing.seed, drawing.described) == ("stars", 42, "stars")


def test_other_words_before_a_seed_are_a_prompt():
    assert read_prompt("My garden, seed 42: roses").seed is None


def test_every_picture_of_the_table_can_be_drawn():
    assert {picture.kind for picture in PICTURES} == DRAWN


def test_moods_are_those_of_the_palettes():
    assert MOODS.keys() == PALETTES.keys()
    assert {mood for picture in PICTURES for mood in picture.moods} <= PALETTES.keys()
