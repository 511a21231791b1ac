"""A streamed text as HTML blocks: finished blocks are rendered once, only the last one is rendered again."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.markdown.markup import render_block
from playground.markdown.splitter import split_blocks

LONGEST_LINE = 16_000
STRIDE = 8_000
"""Characters parsed at a time, so that no more than one block's limit is parsed as one block."""

STEP = 32
"""An open block is parsed and rendered again once it has grown by 1/STEP of itself: this keeps the total work
from growing as the square of its length."""

UNDECIDED = re.compile(r"[-=*+#>|`~_$\d.)\s]{1,4}")
"""The beginning of a line that may become a list, a rule, or the underline of a heading."""

BlockEvent = dict[str, Any]
"""`{"type": "html.block", "index": int, "state": "open" | "closed", "html": str}`."""


@dataclass(slots=True)
class Block:
    """A finished block with visible content; `known` is the number of link targets when it was rendered."""

    text: str
    html: str
    known: int


def render(text: str) -> str:
    """The whole text as safe HTML."""
    blocks = BlockRenderer()
    blocks.feed(text)
    blocks.close()
    return blocks.html


class BlockRenderer:
    """Takes pieces of a text and returns `html.block` events for new and changed blocks.

    Each has the `index` of a block, its `state` and its whole `html`: `open` may change, `closed` is final,
    except that a link whose target is defined further down is rendered as a link by `close`.
    """

    def __init__(self) -> None:
        self._text = ""
        self._held = ""
        self._column = 0
        self._references: dict[str, Any] = {}
        self._blocks: list[Block] = []
        self._rendered = self._parsed = 0
        self._open = self._has_line_end = False

    @property
    def html(self) -> str:
        """All finished blocks."""
        return "".join(block.html for block in self._blocks)

    def feed(self, text: str) -> list[BlockEvent]:
        """Events for what `text` changes; the time is bounded by its length and that of the largest block."""
        text = self._normalize(text)
        closed: list[BlockEvent] = []
        for at in range(0, len(text), STRIDE):
            self._text += text[at : at + STRIDE]
            self._has_line_end = self._has_line_end or "\n" in text[at : at + STRIDE]
            if self._has_line_end and (len(self._text) - self._parsed) * STEP >= self._parsed:
                closed += self._finish(whole=False)
        return [*closed, *self._render_open()]

    def close(self) -> list[BlockEvent]:
        """Events for what changes at the end of the text."""
        self._text += self._normalize("", last=True)
        return [*self._finish(whole=True), *self._resolve_links()]

    def _normalize(self, text: str, last: bool = False) -> str:
        """`text` with `\\n` as the only line end and no line longer than `LONGEST_LINE`."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") and not last else ""
        text = text.removesuffix(self._held) if self._held else text
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        if self._column + len(text) > LONGEST_LINE:
            return self._split_long_lines(text)
        end = text.rfind("\n")
        self._column = self._column + len(text) if end < 0 else len(text) - end - 1
        return text

    def _split_long_lines(self, text: str) -> str:
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

    def _finish(self, whole: bool) -> Iterator[BlockEvent]:
        """Render the blocks that no later text can change."""
        pieces, self._text = split_blocks(self._text, whole)
        self._parsed, self._has_line_end = len(self._text), False
        for piece in pieces:
            html = render_block(piece.text, self._references, unfinished=False)
            was_open, self._open, self._rendered = self._open, False, 0
            if html:
                self._blocks.append(Block(piece.text, html, len(self._references)))
                yield block_event(len(self._blocks) - 1, "closed", html)
            elif was_open:
                yield block_event(len(self._blocks), "closed", "")  # such as a link definition

    def _render_open(self) -> Iterator[BlockEvent]:
        if self._open and (len(self._text) - self._rendered) * STEP < self._rendered:
            return
        head, _, line = self._text.rpartition("\n")
        text = head if UNDECIDED.fullmatch(line) else self._text
        if not text.strip():
            return
        self._rendered, self._open = len(self._text), True
        references = ChainMap({}, self._references)
        yield block_event(len(self._blocks), "open", render_block(text, references, unfinished=True))

    def _resolve_links(self) -> Iterator[BlockEvent]:
        """Render again the blocks that name a link whose target came after them."""
        names = list(self._references)
        for index, block in enumerate(self._blocks):
            text = block.text.casefold()
            if "[" in text and any(name.casefold() in text for name in names[block.known :]):
                html = render_block(block.text, self._references, unfinished=False)
                if html != block.html:
                    block.html = html
                    yield block_event(index, "closed", html)


def block_event(index: int, state: str, html: str) -> BlockEvent:
    return {"type": "html.block", "index": index, "state": state, "html": html}
