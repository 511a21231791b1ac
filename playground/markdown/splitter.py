"""Where a text can be cut into blocks: after what no later line can change, and before a block is too much.

In Markdown a block that another one follows is over. What follows from that is decided on whole lines only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from playground.markdown.parser import MARKDOWN

MOST = 48_000
"""What one block may weigh: rendering it takes a tenth of a second at worst."""

TANGLE = 1_000
LINE, SPECIAL, CODE_LINE = 100, 40, 20
SPECIALS = "|[*_`$<&\\~"
"""Characters that cost much time, as the beginning of a cell, a link, a formula."""

OVER_WITH_A_GAP = {"paragraph_open", "heading_open", "hr", "table_open", "blockquote_open", "math_block"}


@dataclass(frozen=True, slots=True)
class Piece:
    """The source of one block, with what stood before it and shows nothing, such as targets of links."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A block: its token, which begins at line `first`, and its lines from `begin` to before `end`."""

    token: Token | None
    begin: int
    first: int
    end: int


def cut(text: str, whole: bool) -> tuple[list[Piece], str]:
    """The finished blocks of `text`, and the rest. With `whole` nothing more comes and nothing rests."""
    pieces: list[Piece] = []
    while True:
        lines, tail = split(text, whole)
        begin, text = first_words(lines), ""
        for span in spans(lines, begin):
            last = heavy(span, lines)
            if last is not None and (whole or last + 1 < len(lines)):
                pieces.append(Piece("".join(lines[span.begin : last + 1])))
                text = opening(span, lines, last) + "".join(lines[last + 1 :]) + tail
                break
            if not whole and not over(span, lines):
                return pieces, "".join(lines[span.begin :]) + tail
            pieces.append(Piece("".join(lines[span.begin : span.end])))
        else:
            return pieces, tail
        if not text:
            return pieces, ""


def split(text: str, whole: bool) -> tuple[list[str], str]:
    """Lines that are complete, with their ends, and what is not."""
    if whole and text and not text.endswith("\n"):
        text += "\n"
    end = text.rfind("\n") + 1
    return text[:end].splitlines(keepends=True) if text.isascii() else lines_of(text[:end]), text[end:]


def lines_of(text: str) -> list[str]:
    """As `splitlines`, which knows more ends of lines than Markdown."""
    return [f"{line}\n" for line in text.split("\n")[:-1]]


def spans(lines: Sequence[str], begin: int) -> list[Span]:
    """The blocks of some lines in order, together all of them."""
    tokens: list[Token] = []
    MARKDOWN.block.parse("".join(lines), MARKDOWN, {"references": {}}, tokens)
    tops = [token for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    found = []
    for token in tops:
        first, end = token.map or (0, 0)
        end = after_gap(lines, end)
        found.append(Span(token, begin, first, end))
        begin = end
    if begin < len(lines):
        found.append(Span(None, begin, begin, len(lines)))
    return found


def first_words(lines: Sequence[str]) -> int:
    return after_gap(lines, 0)


def after_gap(lines: Sequence[str], at: int) -> int:
    """The first line from `at` on that is not empty."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def over(span: Span, lines: Sequence[str]) -> bool:
    """Whether no further line can belong to a block."""
    if span.token is None:
        return False
    if span.end < len(lines):
        return True
    if span.token.type == "fence":
        return fenced(span, lines)
    return span.token.type in OVER_WITH_A_GAP and not lines[-1].strip()


def fenced(span: Span, lines: Sequence[str]) -> bool:
    """Whether a block of code has its end."""
    assert span.token is not None
    assert span.token.map is not None
    first, end = span.token.map
    marker = span.token.markup
    closing = rf" {{0,3}}{re.escape(marker)}{re.escape(marker[0])}*[ \t]*\n"
    return end - first > 1 and re.fullmatch(closing, lines[end - 1]) is not None


def heavy(span: Span, lines: Sequence[str]) -> int | None:
    """The line after which a block is too much; None where it is not."""
    code = span.token is not None and span.token.type == "fence"
    weight = 0
    for at in range(span.begin, span.end):
        line = lines[at]
        weight += len(line) + (CODE_LINE if code else LINE + SPECIAL * specials(line))
        if weight >= MOST and at >= span.first + 2:
            return at
    return None


def specials(line: str) -> int:
    return sum(map(line.count, SPECIALS))


def tangled(text: str) -> bool:
    """Whether a single line would take too long to make sense of: it is shown as it is."""
    if text.lstrip().startswith(("```", "~~~")):
        return False
    return any(len(line) > TANGLE and specials(line) > TANGLE for line in text.split("\n"))


def opening(span: Span, lines: Sequence[str], last: int) -> str:
    """What the rest of a block begins with once it is cut: a fence, the head of a table."""
    if span.token is None or (span.token.type == "fence" and last + 1 >= span.end):
        return ""
    if span.token.type == "fence":
        return lines[span.first]
    return "".join(lines[span.first : span.first + 2]) if span.token.type == "table_open" else ""
