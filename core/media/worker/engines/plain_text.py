"""English text as an engine reads it best: no markup, no pictures, no letters of other scripts."""

from __future__ import annotations

import html
import re
import unicodedata

from core.media.worker.engines.text_fragments import speakable

FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
RULE = re.compile(r"^[ \t:|*_=-]{3,}$", re.MULTILINE)
LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}|>|[-*+•])[ \t]+", re.MULTILINE)
CELL = re.compile(r"[ \t]*\|[ \t]*")
TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}(?: [^()\n]{0,200})?\)")
SCHEME = re.compile(r"\b(?:https?|ftp)://(?:www\.)?")
EMPHASIS = re.compile(r"(?<![\w*_~`])[*_~`]+(?=[^\s*_~`])|(?<=[^\s*_~`])[*_~`]+(?![\w*_~`])")
PICTURE = re.compile(
    "[\u200d\u20e3\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff]+"
)
STYLED = re.compile("[\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff]+")
WRAPPED = re.compile(r"(?<=[^\s.!?:;])[ \t]*\n[ \t]*(?=[a-z])")
VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)")
DOMAIN = re.compile(r"(?<=[A-Za-z0-9])\.(?=[a-z]{2,})")
LONG_NUMBER = re.compile(r"(?<!\d)\d{16,}")
ITEM_NUMBER = re.compile(r"\bNo\.(?= ?\d)")
SPACES = re.compile(r"[^\S\n]+")
QUOTES = {ord("’"): "'", ord("‘"): "'", ord("`"): "'", ord("\u00ad"): None, ord("\u2044"): "/"}
GREEK = "GREEK"
NOT_LATIN = re.compile("[^\x00-\u024f\u1e00-\u1eff\u2000-\u2bff]")


def plain(text: str) -> str:
    """`text` without Markdown, HTML, emoji and whatever letters English does not have.

    A line that was broken in the middle of a sentence is joined with the next one; other line breaks stay,
    since they are pauses. Takes time in proportion to the text's length, whatever is in it.
    """
    text = speakable(html.unescape(TAG.sub(" ", text)))
    text = STYLED.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    text = WRAPPED.sub(" ", text)
    for mark in (FENCE, RULE, LINE_MARK):
        text = mark.sub("", text)
    text = SCHEME.sub("", LINK.sub(r"\1", text))
    text = EMPHASIS.sub("", CELL.sub(", ", text))
    text = NOT_LATIN.sub(named, PICTURE.sub(" ", text).translate(QUOTES))
    return SPACES.sub(" ", text).replace("[", "(").replace("]", ")")


def spelled(text: str) -> str:
    """`text` with those things in words that hibari reads wrongly: versions, dots of names, `No. 7`.

    Numbers of more digits than people have words for are read digit by digit: it fails on 37 of them.
    """
    text = VERSION.sub(lambda found: found.group().replace(".", " point "), text)
    text = LONG_NUMBER.sub(lambda found: " ".join(found.group()), text)
    return DOMAIN.sub(" dot ", ITEM_NUMBER.sub("number", text))


def named(found: re.Match[str]) -> str:
    """A Greek letter by its name, as in formulas; a space for any other character."""
    script, _, name = unicodedata.name(found.group(), "").partition(" ")
    return f" {name.split()[-1].lower()} " if script == GREEK and " LETTER " in f" {name} " else " "
