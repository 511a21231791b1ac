"""Written text as it should be spoken: without Markdown's marks, code, addresses and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.contract.errors import InvalidRequest

# indented text is a poem or a letter more often than it is code
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")

ASIAN = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
ADDRESS = re.compile(rf"(?<![a-zA-Z0-9])(?:(?:https?|ftp)://|www\.)[^\s<>\"'`{ASIAN}“”‘’«»]+", re.IGNORECASE)
ADDRESS_END = ".,;:!?)]}…"
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
WORDS_ONLY = re.compile(r"[^\W_]+(?:[ .'’-][^\W_]+)*")
EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|（\s*）|【\s*】|<\s*>")
SPACES = re.compile(r"[^\S\n]+")
SPACE_BEFORE_MARK = re.compile(rf"[^\S\n]+([,.;:!?…)\]，。；：！？、）】])(?=\s|$|[{ASIAN}])")
SAID = re.compile(r"\w")


def speakable(text: str) -> str:
    """`text` without Markdown, code, URLs and HTML tags; paragraphs stay apart by an empty line.

    Raises `InvalidRequest` when nothing is left to say.
    """
    spoken = "\n\n".join(block for block in map(tidy, blocks(MARKDOWN.parse(text))) if SAID.search(block))
    if not spoken:
        raise InvalidRequest(
            "Nothing is left to speak once Markdown, code and addresses are taken out.",
            param="input",
            code="nothing_to_speak",
        )
    return spoken


def blocks(tokens: list[Token]) -> Iterator[str]:
    """One string per paragraph, heading, list item or table row; code blocks are left out."""
    cells: list[str] | None = None
    number = ""
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield ", ".join(cell for cell in cells or [] if cell)
            cells = None
        elif token.type == "list_item_open":
            number = f"{token.info}. " if token.info else ""
        elif token.type == "html_block":
            yield TAG.sub(" ", token.content)
        elif token.type == "inline":
            line = "".join(inline(token.children or []))
            if cells is not None:
                cells.append(tidy(line))
            else:
                yield number + line
                number = ""


def inline(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "code_inline":
            yield token.content if WORDS_ONLY.fullmatch(token.content) else " "
        elif token.type == "image":
            yield "".join(inline(token.children or []))


def tidy(line: str) -> str:
    """Addresses out, and the holes they leave closed."""
    line = EMPTY_BRACKETS.sub(" ", ADDRESS.sub(ending, line))
    line = SPACE_BEFORE_MARK.sub(r"\1", SPACES.sub(" ", line))
    return "\n".join(part.strip() for part in line.split("\n")).strip()


def ending(match: re.Match[str]) -> str:
    """What follows an address without belonging to it, such as the full stop of its sentence."""
    address = match.group()
    stem = address.rstrip(ADDRESS_END)
    tail = address[len(stem) :]
    if "(" in stem and tail.startswith(")"):
        tail = tail[1:]
    return tail
