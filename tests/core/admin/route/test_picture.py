"""The drawing of steps: what fits where, and that no text is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.admin.catalogue.route.picture import Picture, lines, measure, pictures
from core.admin.catalogue.route.steps import Part, State, Step

LONG = (
    "OpenRouter needs a key: an admin adds one under Providers, or sets OPENROUTER_API_KEY_OF_THE_WHOLE_TEAM."
)
STEPS = [
    Step("Cache", ("none",)),
    Step("Balance", ("in turn",), (Part("a/b", (), "ready", State.GOOD), Part("c/d")), in_turn=False),
    Step("Endpoints", (LONG,), (Part("Lab", (LONG,), "ready"), Part("Other"), Part("Third"))),
    Step("Fallback models", ()),
    Step("Error", ("the last one",), (Part("503"),)),
]


@pytest.mark.parametrize("text", [LONG, "x" * 100, "ж" * 50, "延迟" * 40, "", "a  b"])
def test_a_text_is_broken_into_lines_that_fit(text):
    found = list(lines([text], 180))
    assert all(measure(line) <= 180 for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("picture", pictures(STEPS), ids=lambda picture: picture.name)
def test_everything_is_inside_the_picture(picture: Picture):
    assert all(one.x >= 0 and one.x + one.width <= picture.width for one in picture.boxes)
    assert all(one.y >= 0 and one.y + one.height <= picture.height for one in picture.boxes)
    assert all(one.x + measure(one.text) <= picture.width for one in picture.texts)
    assert all(one.y <= picture.height for one in picture.texts)
    heads = [one.text for one in picture.texts if one.css == "title"]
    assert heads == [step.title for step in STEPS]
    parts = [box for box in picture.boxes if box.css.startswith("part")]
    ordered = sorted(parts, key=lambda box: (box.x, box.y))
    assert all(above.x != below.x or above.y + above.height < below.y for above, below in pairwise(ordered))


def test_only_what_is_asked_in_turn_has_arrows_between():
    wide, narrow = pictures(STEPS)
    assert wide.width < 900
    assert narrow.width < 340
    # cache to balance, two between three endpoints, three between the columns
    assert (len(wide.arrows), len(narrow.arrows)) == (6, 6)
