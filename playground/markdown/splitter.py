"""Split a growing text into Markdown blocks: after what no later line can change, and at a size limit.

In Markdown a block is complete once another one follows it. Only whole lines are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from playground.markdown.parser import MARKDOWN

BLOCK_LIMIT = 48_000
"""Limit of a block's estimated cost: rendering one at the limit takes 0.1 s at worst."""

LINE_LIMIT = 1_000
LINE_COST, SPECIAL_COST, CODE_LINE_COST = 100, 40, 20
SPECIALS = "|[*_`$<&\\~"
"""Characters that are slow to parse, such as the beginning of a cell, a link or a formula."""

ENDED_BY_EMPTY_LINE = {"paragraph_open", "heading_open", "hr", "table_open", "blockquote_open", "math_block"}


@dataclass(frozen=True, slots=True)
class BlockSource:
    """The source of one block, with the invisible lines before it, such as definitions of link targets."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A block: its token, which begins at line `first`, and its lines from `begin` to before `end`."""

    token: Token | None
    begin: int
    first: int
    end: int


def split_blocks(text: str, whole: bool) -> tuple[list[BlockSource], str]:
    """The finished blocks of `text`, and the rest. With `whole` the text is complete and no rest remains."""
    pieces: list[BlockSource] = []
    while True:
        lines, tail = split(text, whole)
        begin, text = skip_empty_lines(lines, 0), ""
        for span in spans(lines, begin):
            last = last_line_within_limit(span, lines)
            if last is not None and (whole or last + 1 < len(lines)):
                pieces.append(BlockSource("".join(lines[span.begin : last + 1])))
                text = repeated_opening(span, lines, last) + "".join(lines[last + 1 :]) + tail
                break
            if not whole and not is_complete(span, lines):
                return pieces, "".join(lines[span.begin :]) + tail
            pieces.append(BlockSource("".join(lines[span.begin : span.end])))
        else:
            return pieces, tail
        if not text:
            return pieces, ""


def split(text: str, whole: bool) -> tuple[list[str], str]:
    """Complete lines with their line ends, and the incomplete rest."""
    if whole and text and not text.endswith("\n"):
        text += "\n"
    end = text.rfind("\n") + 1
    return text[:end].splitlines(keepends=True) if text.isascii() else lines_of(text[:end]), text[end:]


def lines_of(text: str) -> list[str]:
    """As `splitlines(keepends=True)`, which would also split at line ends that Markdown does not know."""
    return [f"{line}\n" for line in text.split("\n")[:-1]]


def spans(lines: Sequence[str], begin: int) -> list[Span]:
    """The blocks of `lines` from `begin`, in order and without gaps."""
    tokens: list[Token] = []
    MARKDOWN.block.parse("".join(lines), MARKDOWN, {"references": {}}, tokens)
    tops = [token for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    found = []
    for token in tops:
        first, end = token.map or (0, 0)
        end = skip_empty_lines(lines, end)
        found.append(Span(token, begin, first, end))
        begin = end
    if begin < len(lines):
        found.append(Span(None, begin, begin, len(lines)))
    return found


def skip_empty_lines(lines: Sequence[str], at: int) -> int:
    """The first line from `at` on that is not empty."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def is_complete(span: Span, lines: Sequence[str]) -> bool:
    """Whether no further line can belong to a block."""
    if span.token is None:
        return False
    if span.end < len(lines):
        return True
    if span.token.type == "fence":
        return is_fence_closed(span, lines)
    return span.token.type in ENDED_BY_EMPTY_LINE and not lines[-1].strip()


def is_fence_closed(span: Span, lines: Sequence[str]) -> bool:
    """Whether a fenced code block has its closing fence."""
    assert span.token is not None
    assert span.token.map is not None
    first, end = span.token.map
    marker = span.token.markup
    closing = rf" {{0,3}}{re.escape(marker)}{re.escape(marker[0])}*[ \t]*\n"
    return end - first > 1 and re.fullmatch(closing, lines[end - 1]) is not None


def last_line_within_limit(span: Span, lines: Sequence[str]) -> int | None:
    """The line at which a block reaches `BLOCK_LIMIT`; None where it stays below."""
    code = span.token is not None and span.token.type == "fence"
    weight = 0
    for at in range(span.begin, span.end):
        line = lines[at]
        weight += len(line) + (CODE_LINE_COST if code else LINE_COST + SPECIAL_COST * specials(line))
        if weight >= BLOCK_LIMIT and at >= span.first + 2:
            return at
    return None


def specials(line: str) -> int:
    return sum(map(line.count, SPECIALS))


def is_too_complex(text: str) -> bool:
    """Whether a single line would take too long to parse: such text is shown unparsed."""
    if text.lstrip().startswith(("```", "~~~")):
        return False
    return any(len(line) > LINE_LIMIT and specials(line) > LINE_LIMIT for line in text.split("\n"))


def repeated_opening(span: Span, lines: Sequence[str], last: int) -> str:
    """What the rest of a split block begins with: the opening fence, the head of a table."""
    if span.token is None or (span.token.type == "fence" and last + 1 >= span.end):
        return ""
    if span.token.type == "fence":
        return lines[span.first]
    return "".join(lines[span.first : span.first + 2]) if span.token.type == "table_open" else ""
