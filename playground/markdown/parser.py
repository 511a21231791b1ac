"""The parser of answers: CommonMark, tables, strikethrough, bare addresses, tasks, maths; no HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath.index import math_inline_dollar

ALLOWED = re.compile(r"(?:https?://[^/\s]|mailto:[^\s])", re.IGNORECASE)
ADDRESS = re.compile(r"(?<![a-zA-Z0-9])https?://[^\s<>\"'`\u3000-\u30ff\uff00-\uffef“”‘’«»]+", re.IGNORECASE)
TRAILING = ".,;:!?)]}*_…"
TASK = re.compile(r"\[([ xX])\](?=\s)")
BOXES = {" ": "\u2610", "x": "\u2611", "X": "\u2611"}
MATHS = {"$$": "$$", "\\[": "\\]"}
HIGHEST_HEADING = 2
"""Heading levels used by the page: an answer's first heading is one level below."""


def maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$ … $$` or `\\[ … \\]` on lines of their own, or a paragraph where an empty line comes first.

    The result never depends on lines after an empty one, so a text can be split there.
    """
    if state.is_code_block(start):
        return False
    line = line_of(state, start)
    closing = MATHS.get(line[:2])
    if closing is None:
        return False
    body = line[2:].rstrip()
    if closing in body:
        if body.find(closing) != len(body) - 2 or not body[:-2].strip():
            return False
        following, closed = start + 1, True
    else:
        following, closed = closing_line(state, start + 1, end, closing)
    if not silent:
        push_maths(state, start, following, closed)
    return True


def line_of(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def closing_line(state: StateBlock, line: int, end: int, closing: str) -> tuple[int, bool]:
    """The line after the maths, and whether the closing mark was found."""
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        text = line_of(state, line).rstrip()
        line += 1
        if closing in text:
            return line, text.find(closing) == len(text) - 2
    return line, False


def push_maths(state: StateBlock, start: int, following: int, closed: bool) -> None:
    content = state.getLines(start, following, state.blkIndent, False).strip()
    state.line = following
    if closed:
        token = state.push("math_block", "math", 0)
        token.content, token.map = content[2:-2].strip(), [start, following]
        return
    state.push("paragraph_open", "p", 1).map = [start, following]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, [start, following], []
    state.push("paragraph_close", "p", -1)


def maths_in_brackets(state: StateInline, silent: bool) -> bool:
    """`\\( … \\)` and `\\[ … \\]` within a line, as language models like to write."""
    opening = state.src[state.pos : state.pos + 2]
    if opening not in ("\\(", "\\["):
        return False
    closing = "\\)" if opening == "\\(" else "\\]"
    end = state.src.find(closing, state.pos + 2, state.posMax)
    content = state.src[state.pos + 2 : end].strip() if end > 0 else ""
    if not content:
        return False
    if not silent:
        state.push("math_inline" if opening == "\\(" else "math_inline_double", "math", 0).content = content
    state.pos = end + 2
    return True


def headings(state: StateCore) -> None:
    """Lower the headings of an answer below those of the page."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + HIGHEST_HEADING)}"


def tasks(state: StateCore) -> None:
    """`[ ]` and `[x]` at the beginning of a list item become boxes."""
    for before, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if before.type == "list_item_open" and paragraph.type == "paragraph_open" and inline.children:
            first = inline.children[0]
            if first.type == "text" and TASK.match(first.content):
                first.content = TASK.sub(lambda match: BOXES[match[1]], first.content, count=1)
                before.attrSet("class", "task")


def addresses(state: StateCore) -> None:
    """Bare addresses in the text become links."""
    for block in state.tokens:
        if block.children and "://" in block.content:
            block.children = list(link_addresses(block.children))


def link_addresses(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "text" and depth == 0 and "://" in token.content:
            yield from split_addresses(token)
        else:
            yield token


def split_addresses(token: Token) -> Iterator[Token]:
    at = 0
    for match in ADDRESS.finditer(token.content):
        address = match.group().rstrip(TRAILING)
        if not ALLOWED.match(address):
            continue
        yield text(token.content[at : match.start()], token.level)
        yield Token("link_open", "a", 1, {"href": MARKDOWN.normalizeLink(address)}, level=token.level)
        yield text(address, token.level + 1)
        yield Token("link_close", "a", -1, level=token.level)
        at = match.start() + len(address)
    yield text(token.content[at:], token.level)


def text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def is_allowed_address(address: str) -> bool:
    """Whether a link may have this target: http, https or mailto, never a path of this site."""
    return ALLOWED.match(address.strip()) is not None


def create_parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.disable(["html_block", "html_inline"])
    markdown.block.ruler.before(
        "fence", "math_block", maths_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    dollars = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)
    markdown.inline.ruler.before("escape", "math_inline", dollars)
    markdown.inline.ruler.before("escape", "math_brackets", maths_in_brackets)
    markdown.core.ruler.push("headings", headings)
    markdown.core.ruler.push("tasks", tasks)
    markdown.core.ruler.push("addresses", addresses)
    markdown.validateLink = is_allowed_address  # type: ignore[method-assign]
    return markdown


MARKDOWN = create_parser()
