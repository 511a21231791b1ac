"""Colours by name, in OKLCH and back, and palettes in which text can be read."""

from __future__ import annotations

import random

import pytest

from core.media.colours import (
    NAMES,
    by_name,
    contrast,
    from_hex,
    from_oklch,
    mentioned,
    mix,
    to_hex,
    to_oklch,
)
from core.media.palettes import MOODS, READABLE, by_mood, of_colours, readable, styled


@pytest.mark.parametrize("code", [*NAMES.values(), "#123456"])
def test_colours_come_back_from_oklch(code):
    colour = from_hex(code)

    assert max(abs(a - b) for a, b in zip(from_oklch(*to_oklch(colour)), colour, strict=True)) <= 1


@pytest.mark.parametrize(
    ("text", "colour"),
    [("#fff", (255, 255, 255)), ("Sky Blue", (124, 196, 242)), ("grey", (128, 128, 128)), ("mud", None)],
)
def test_colours_have_names_and_codes(text, colour):
    assert by_name(text) == colour


def test_colours_of_a_text_come_in_order_each_once():
    found = mentioned("teal, #FF0000 and sky blue; teal again, not steal")

    assert [to_hex(colour) for colour in found] == ["#0d8c8c", "#ff0000", "#7cc4f2"]


def test_middle_of_two_colours_is_between_their_lightness():
    assert mix((255, 0, 0), (0, 0, 255), 0) == (255, 0, 0)
    assert mix((0, 0, 0), (255, 255, 255), 1) == (255, 255, 255)
    assert 0.45 < to_oklch(mix((0, 0, 0), (255, 255, 255), 0.5))[0] < 0.55


def test_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("style", ["", "vivid", "natural"])
def test_ink_is_read_on_the_ground_of_every_palette(mood, style):
    palette = styled(by_mood(mood), style)

    assert contrast(palette.ink, palette.ground) >= 7
    assert len(palette.accents) == 4


@pytest.mark.parametrize("name", NAMES)
def test_palette_of_one_colour_has_it_first_and_can_be_read(name):
    for seed in range(4):
        palette = of_colours([from_hex(NAMES[name])], random.Random(seed))
        assert palette.accents[0] == from_hex(NAMES[name])
        assert len(palette.accents) == 4
        assert contrast(palette.ink, palette.ground) >= 7


@pytest.mark.parametrize("name", NAMES)
def test_ink_moves_until_it_can_be_read(name):
    ground = from_hex(NAMES[name])

    assert contrast(readable(ground, ground), ground) >= READABLE - 0.01
