"""The steps as a drawing: boxes and lines with coordinates, side by side for a wide page, else one below the
other. All lengths are in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from core.admin.catalogue.route.steps import Part, Step

LINE = 17
PADDING = 10
GAP = 12
HEAD = 30
ARROW = 5
WIDE_COLUMN, NARROW_COLUMN = 200, 300
BETWEEN = 28
"""Between two columns, for the arrow."""
INDENT = 16
"""Of what belongs to a step, in the narrow picture, for the line at its side."""
NARROW_LETTER, WIDE_LETTER, FULL_LETTER = 6.3, 7.6, 12.5
"""The width of letters of the text of facts; the browser's font is not known here."""


@dataclass(frozen=True, slots=True)
class Text:
    x: int
    y: int
    text: str
    css: str


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    css: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line that ends in a head, as the `d` of a path."""

    line: str
    head: str


@dataclass(slots=True)
class Picture:
    name: str
    width: int
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


def pictures(steps: Sequence[Step]) -> list[Picture]:
    return [wide(steps), narrow(steps)]


def wide(steps: Sequence[Step]) -> Picture:
    """A column for each step; what goes before the endpoints is one column."""
    columns = [steps[:-3], *([step] for step in steps[-3:])]
    picture = Picture("wide", len(columns) * (WIDE_COLUMN + BETWEEN) - BETWEEN + 2)
    y = begun = 1
    for at, column in enumerate(columns):
        x = 1 + at * (WIDE_COLUMN + BETWEEN)
        if at:
            picture.arrows.append(arrow_right(x - BETWEEN, x, begun + HEAD // 2, 1 + HEAD // 2))
        begun, y = draw_column(picture, column, x, WIDE_COLUMN)
        picture.height = max(picture.height, y + 1)
    return picture


def narrow(steps: Sequence[Step]) -> Picture:
    """One step below the other."""
    picture = Picture("narrow", NARROW_COLUMN + 2)
    _, y = draw_column(picture, steps, 1, NARROW_COLUMN)
    picture.height = y + 1
    return picture


def draw_column(picture: Picture, steps: Sequence[Step], x: int, width: int) -> tuple[int, int]:
    """Steps one below the other; where the last one begins and ends."""
    begun = y = 1
    for at, step in enumerate(steps):
        if at:
            picture.arrows.append(arrow_down(x + INDENT, y, y + 2 * GAP))
            y += 2 * GAP
        begun, y = y, draw_step(picture, step, x, y, width)
    return begun, y


def draw_step(picture: Picture, step: Step, x: int, y: int, width: int) -> int:
    """The step's head, its facts and its parts from `y` on; where that ends."""
    picture.boxes.append(Box(x, y, width, HEAD, "head"))
    picture.texts.append(Text(x + PADDING, y + 20, step.title, "title"))
    y += HEAD + 4
    for line in lines(step.facts, width - PADDING):
        y += LINE
        picture.texts.append(Text(x + PADDING, y - 4, line, "fact"))
    for at, part in enumerate(step.parts):
        if at and step.in_turn:
            picture.arrows.append(arrow_down(x + INDENT, y, y + GAP))
        y = draw_part(picture, part, x, y + GAP, width)
    return y + 4


def draw_part(picture: Picture, part: Part, x: int, y: int, width: int) -> int:
    room = width - 2 * PADDING
    rows = [(line, "name") for line in lines([part.title], room - INDENT)]
    rows += [(line, "fact") for line in lines(part.facts, room)]
    rows += [(line, f"now {part.state}") for line in lines([part.now] if part.now else [], room)]
    height = len(rows) * LINE + 2 * PADDING - 4
    picture.boxes.append(Box(x, y, width, height, f"part {part.state}"))
    for at, (line, css) in enumerate(rows):
        picture.texts.append(Text(x + PADDING, y + PADDING + at * LINE + 10, line, css))
    return y + height


def arrow_right(begin: int, end: int, low: int, high: int) -> Arrow:
    """From one column to the next one, up where its step begins further down."""
    tip, middle = end - 4, (begin + end) // 2 - 3
    line = f"M{begin + 3} {low}H{middle}V{high}H{tip}"
    return Arrow(line, f"M{tip - ARROW} {high - ARROW}l{ARROW} {ARROW}l-{ARROW} {ARROW}")


def arrow_down(x: int, begin: int, end: int) -> Arrow:
    tip = end - 2
    return Arrow(f"M{x} {begin + 1}V{tip}", f"M{x - ARROW} {tip - ARROW}l{ARROW} {ARROW}l{ARROW} -{ARROW}")


def lines(texts: Iterable[str], width: float) -> Iterator[str]:
    """The texts in lines that fit; a word that is too long for one is cut."""
    for text in texts:
        line = ""
        for word in pieces(text, width):
            longer = f"{line} {word}" if line and not word.startswith("\u200b") else line + word
            if line and measure(longer) > width:
                yield line
                longer = word
            line = longer.replace("\u200b", "")
        yield line


def pieces(text: str, width: float) -> Iterator[str]:
    """Words, and parts of those that are longer than a line; a part follows without a space."""
    for word in text.split():
        rest = ""
        for letter in word:
            if rest and measure(rest + letter) > width:
                yield rest
                rest = "\u200b"
            rest += letter
        yield rest


def measure(text: str) -> float:
    """About how wide a text is."""
    return sum(letter_width(letter) for letter in text)


def letter_width(letter: str) -> float:
    if letter == "\u200b":
        return 0.0
    if east_asian_width(letter) in "WF":
        return FULL_LETTER
    is_wide = letter.isupper() or "\u0400" <= letter <= "\u04ff" or letter in "mw@%"
    return WIDE_LETTER if is_wide else NARROW_LETTER
