"""A text as HTML blocks while it is written: finished blocks are rendered once, only the last one again."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.markdown.markup import markup
from playground.markdown.splitter import cut

LONGEST_LINE = 16_000
STRIDE = 8_000
"""A long text is taken in parts, so that what is too much for one block is never parsed as one."""

STEP = 32
"""A block is parsed and shown again once it has grown by this part of itself, so that neither grows as the
square of its length."""

UNDECIDED = re.compile(r"[-=*+#>|`~_$\d.)\s]{1,4}")
"""The beginning of a line that may become a list, a rule, a heading of the line above."""

Body = dict[str, Any]


@dataclass(slots=True)
class Block:
    """A finished piece that shows something; `known` is how many link targets there were when it was made."""

    text: str
    html: str
    known: int


def render(text: str) -> str:
    """The whole text as safe HTML."""
    blocks = Blocks()
    blocks.feed(text)
    blocks.close()
    return blocks.html


class Blocks:
    """Fed with pieces of a text, answers `html.block` events: what is new, and what has changed.

    Each has the `index` of a block, its `state` and its whole `html`: `open` may change, `closed` is the
    last word, except that a link whose target is told further down comes alive in the end.
    """

    def __init__(self) -> None:
        self._text = ""
        self._held = ""
        self._column = 0
        self._references: dict[str, Any] = {}
        self._blocks: list[Block] = []
        self._shown = self._parsed = 0
        self._open = self._news = False

    @property
    def html(self) -> str:
        """All finished blocks."""
        return "".join(block.html for block in self._blocks)

    def feed(self, text: str) -> list[Body]:
        """What changes with `text`, in a time bounded by its length and that of the largest block."""
        text = self._lines(text)
        closed: list[Body] = []
        for at in range(0, len(text), STRIDE):
            self._text += text[at : at + STRIDE]
            self._news = self._news or "\n" in text[at : at + STRIDE]
            if self._news and (len(self._text) - self._parsed) * STEP >= self._parsed:
                closed += self._finish(whole=False)
        return [*closed, *self._unfinished()]

    def close(self) -> list[Body]:
        """What changes now that nothing more comes."""
        self._text += self._lines("", last=True)
        return [*self._finish(whole=True), *self._late()]

    def _lines(self, text: str, last: bool = False) -> str:
        """`text` with one kind of line end, and no line without one for long."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") and not last else ""
        text = text.removesuffix(self._held) if self._held else text
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        if self._column + len(text) > LONGEST_LINE:
            return self._broken(text)
        end = text.rfind("\n")
        self._column = self._column + len(text) if end < 0 else len(text) - end - 1
        return text

    def _broken(self, text: str) -> str:
        lines = text.split("\n")
        for at, line in enumerate(lines):
            room, parts = LONGEST_LINE - (self._column if at == 0 else 0), []
            while len(line) > room:
                parts.append(line[:room])
                line, room = line[room:], LONGEST_LINE
            lines[at] = "\n".join([*parts, line])
            last = len(line)
        self._column = last if "\n" in "\n".join(lines) else self._column + last
        return "\n".join(lines)

    def _finish(self, whole: bool) -> Iterator[Body]:
        """Render the pieces that nothing can change any more."""
        pieces, self._text = cut(self._text, whole)
        self._parsed, self._news = len(self._text), False
        for piece in pieces:
            html = markup(piece.text, self._references, unfinished=False)
            was_open, self._open, self._shown = self._open, False, 0
            if html:
                self._blocks.append(Block(piece.text, html, len(self._references)))
                yield told(len(self._blocks) - 1, "closed", html)
            elif was_open:
                yield told(len(self._blocks), "closed", "")  # it proved to be the target of a link, say

    def _unfinished(self) -> Iterator[Body]:
        if self._open and (len(self._text) - self._shown) * STEP < self._shown:
            return
        head, _, line = self._text.rpartition("\n")
        text = head if UNDECIDED.fullmatch(line) else self._text
        if not text.strip():
            return
        self._shown, self._open = len(self._text), True
        references = ChainMap({}, self._references)
        yield told(len(self._blocks), "open", markup(text, references, unfinished=True))

    def _late(self) -> Iterator[Body]:
        """Blocks that may name a link whose target came after them."""
        names = list(self._references)
        for index, block in enumerate(self._blocks):
            text = block.text.casefold()
            if "[" in text and any(name.casefold() in text for name in names[block.known :]):
                html = markup(block.text, self._references, unfinished=False)
                if html != block.html:
                    block.html = html
                    yield told(index, "closed", html)


def told(index: int, state: str, html: str) -> Body:
    return {"type": "html.block", "index": index, "state": state, "html": html}
