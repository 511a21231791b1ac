"""Text prepared for speech: without the marks of Markdown, code, URLs and HTML tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.contract.errors import InvalidRequest

# indented text is more often a poem or a letter than code
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")

ASIAN = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
URL = re.compile(rf"(?<![a-zA-Z0-9])(?:(?:https?|ftp)://|www\.)[^\s<>\"'`{ASIAN}“”‘’«»]+", re.IGNORECASE)
URL_END = ".,;:!?)]}…"
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
WORDS_ONLY = re.compile(r"[^\W_]+(?:[ .'’-][^\W_]+)*")
EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|（\s*）|【\s*】|<\s*>")
SPACES = re.compile(r"[^\S\n]+")
SPACE_BEFORE_MARK = re.compile(rf"[^\S\n]+([,.;:!?…)\]，。；：！？、）】])(?=\s|$|[{ASIAN}])")
WORD = re.compile(r"\w")


def speakable(text: str) -> str:
    """`text` without Markdown, code, URLs and HTML tags; paragraphs stay apart by an empty line.

    Raises `InvalidRequest` when nothing is left to say.
    """
    plain = "\n\n".join(block for block in map(tidy, blocks(MARKDOWN.parse(text))) if WORD.search(block))
    if not plain:
        raise InvalidRequest(
            "Nothing is left to speak once Markdown, code and addresses are taken out.",
            param="input",
            code="nothing_to_speak",
        )
    return plain


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
    """Without URLs, and without the empty brackets and spaces they leave."""
    line = EMPTY_BRACKETS.sub(" ", URL.sub(ending, line))
    line = SPACE_BEFORE_MARK.sub(r"\1", SPACES.sub(" ", line))
    return "\n".join(part.strip() for part in line.split("\n")).strip()


def ending(match: re.Match[str]) -> str:
    """What follows a URL without belonging to it, such as the full stop of its sentence."""
    url = match.group()
    stem = url.rstrip(URL_END)
    tail = url[len(stem) :]
    if "(" in stem and tail.startswith(")"):
        tail = tail[1:]
    return tail
