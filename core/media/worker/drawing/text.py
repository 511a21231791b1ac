"""Typesetting: lines of even length in the largest size that fits a box, drawn with a face for each script.

A layout has no pixels, so that a coarse picture breaks lines where the fine one does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.media.colours import Colour
from core.media.worker.drawing.fonts import runs
from core.media.worker.libraries import pillow

MEASURE = 200.0
"""The size at which widths are measured; others follow from it."""

STEPS = 14
EVEN, SHRINK = 0.55, 0.62
"""How long the shortest line should be, and how much smaller the text may get for it."""

NO_START = frozenset("、。,.!?:;)]}」』）】》〉！？：；，．…%’”")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: family and weight, `leading` in sizes from line to line."""

    family: str
    weight: int = 400
    leading: float = 1.2


@dataclass(frozen=True, slots=True)
class Block:
    """Lines in one size, in the unit of the box; `cut` characters did not fit."""

    lines: tuple[str, ...]
    size: float
    type: Type
    cut: int = 0

    @property
    def height(self) -> float:
        """From the top of the capitals of the first line to the baseline of the last one."""
        return self.size * (0.72 + self.type.leading * (len(self.lines) - 1)) if self.lines else 0.0

    @property
    def width(self) -> float:
        return max((width(line, self.type) for line in self.lines), default=0.0) * self.size


def width(text: str, style: Type) -> float:
    """The width of a line in sizes."""
    parts = runs(style.family, text)
    return float(sum(face.at(MEASURE, style.weight).getlength(part) for face, part in parts) / MEASURE)


def set_block(text: str, style: Type, box: tuple[float, float], sizes: tuple[float, float]) -> Block:
    """The text in a box of width and height, as large as fits between the smallest and the largest size."""
    words = split(text)
    low, high = sizes
    widths = {word: width(word, style) for word in {*words, " "}}
    best = _fitting(words, widths, style, box, high)
    for _ in range(0 if best else STEPS):
        middle = (low + high) / 2
        found = _fitting(words, widths, style, box, middle)
        best, low, high = (found, middle, high) if found else (best, low, middle)
    if best is None:
        return _cut(words, widths, style, box, sizes[0])
    return _even(best, words, widths, style, box, sizes[0])


def _even(
    block: Block,
    words: Sequence[str],
    widths: dict[str, float],
    style: Type,
    box: tuple[float, float],
    smallest: float,
) -> Block:
    """The block, or a somewhat smaller one without a line that is left almost empty."""
    size = block.size
    while size > max(smallest, block.size * SHRINK):
        tried = _fitting(words, widths, style, box, size)
        if tried is not None and evenness(tried) >= EVEN:
            return tried
        size *= 0.96
    return block


def evenness(block: Block) -> float:
    """The shortest line as a share of the longest one; the last line may be half as long."""
    lengths = [width(line, block.type) for line in block.lines if line]
    if len(lengths) < 2:
        return 1.0
    return min([*lengths[:-1], lengths[-1] * 2]) / max(lengths)


def _fitting(
    words: Sequence[str], widths: dict[str, float], style: Type, box: tuple[float, float], size: float
) -> Block | None:
    if any(widths[word] * size > box[0] for word in words):
        return None
    lines = balance(words, widths, box[0] / size)
    block = Block(tuple(lines), size, style)
    return block if block.height <= box[1] else None


def _cut(
    words: Sequence[str], widths: dict[str, float], style: Type, box: tuple[float, float], size: float
) -> Block:
    """The beginning of a text that is too long even in the smallest size."""
    pieces = [piece for word in words for piece in _pieces(word, widths, style, box[0] / size)]
    lines = wrap(pieces, widths, box[0] / size)
    most = max(1, int((box[1] / size - 0.72) / style.leading) + 1)
    kept = lines[:most]
    cut = sum(map(len, lines[most:]))
    if cut:
        kept[-1] = kept[-1].rstrip()[:-1].rstrip() + ELLIPSIS
    return Block(tuple(kept), size, style, cut)


def _pieces(word: str, widths: dict[str, float], style: Type, most: float) -> list[str]:
    """A word, in parts where it is wider than a line."""
    if widths[word] <= most:
        return [word]
    step = max(1, int(len(word) * most / widths[word]) - 1)
    pieces = [word[at : at + step] for at in range(0, len(word), step)]
    widths.update({piece: width(piece, style) for piece in pieces})
    return pieces


def split(text: str) -> list[str]:
    """Words, each with the space after it; each character of a script without them; "\\n" between lines."""
    words: list[str] = []
    for number, line in enumerate(text.strip().splitlines()):
        words += ["\n"] if number else []
        for word in line.split():
            words += [*_ideographs(word), " "]
        if words and words[-1] == " ":
            words.pop()
    return words


def _ideographs(word: str) -> list[str]:
    parts: list[str] = []
    for character in word:
        wide = unicodedata.east_asian_width(character) in "WF"
        if parts and (character in NO_START or not (wide or _is_wide(parts[-1][-1]))):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def wrap(words: Sequence[str], widths: dict[str, float], most: float) -> list[str]:
    """Lines no wider than `most` sizes, filled from the first on."""
    lines, used = [""], 0.0
    for word in words:
        wide = widths.get(word, 0.0)
        if word == "\n" or (used + wide > most and word != " "):
            lines.append("")
            used = 0.0
        if word != "\n" and not (word == " " and not lines[-1]):
            lines[-1] += word
            used += wide
    return [line.rstrip() for line in lines]


def balance(words: Sequence[str], widths: dict[str, float], most: float) -> list[str]:
    """As few lines as `wrap` makes, of lengths as even as can be."""
    lines = wrap(words, widths, most)
    low, high = max((widths.get(word, 0.0) for word in words), default=0.0), most
    for _ in range(12):
        middle = (low + high) / 2
        narrower = wrap(words, widths, middle)
        if len(narrower) <= len(lines):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def draw_block(
    image: Any, block: Block, place: tuple[float, float], unit: float, colour: Colour, align: str = "left"
) -> None:
    """Draw a block whose capitals begin at `place` (in units, as the block; x is where `align` says)."""
    x, top = place
    if align == "left" and block.lines and is_leftward(block.lines[0]):
        x, align = x + block.width, "right"
    for number, line in enumerate(block.lines):
        baseline = top + block.size * (0.72 + block.type.leading * number)
        draw_line(image, line, (x * unit, baseline * unit), block.size * unit, block.type, colour, align)


def is_leftward(text: str) -> bool:
    """Whether a text begins in a script that is written from right to left."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def draw_line(
    image: Any,
    text: str,
    place: tuple[float, float],
    size: float,
    style: Type,
    colour: Colour,
    align: str = "left",
) -> None:
    """Draw one line in pixels: `place` is on the baseline."""
    parts = [(face.at(size, style.weight), part) for face, part in runs(style.family, text)]
    x = place[0] - sum(font.getlength(part) for font, part in parts) * ALIGNMENTS[align]
    pen = pillow("ImageDraw").Draw(image)
    fill = (*colour, 255) if image.mode == "RGBA" else colour
    for font, part in parts:
        pen.text((x, place[1]), part, font=font, fill=fill, anchor="ls")
        x += font.getlength(part)


def draw_spaced(
    image: Any,
    text: str,
    place: tuple[float, float],
    size: float,
    style: Type,
    colour: Colour,
    align: str = "left",
) -> None:
    """Draw a short line of capitals with space between them, in pixels."""
    gap = size * 0.14
    lengths = [width(character, style) * size + gap for character in text]
    x = place[0] - (sum(lengths) - gap) * ALIGNMENTS[align]
    for character, length in zip(text, lengths, strict=True):
        draw_line(image, character, (x, place[1]), size, style, colour)
        x += length


ALIGNMENTS = {"left": 0.0, "centre": 0.5, "right": 1.0}
